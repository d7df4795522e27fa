"""The ways in which ordering says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.catalog import Tradable
from tradeline.kernel import Locale, Money, Problem, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTrading(Problem):
    """The edge is suspended, ended, or outside of its validity: it takes no new orders."""

    zh: ClassVar[str] = (
        "与该供货方的经销关系当前不可下单（已暂停、终止或不在有效期）；请联系对方恢复。"
    )
    en: ClassVar[str] = (
        "This relationship takes no orders now (suspended, ended or out of its dates);"
        " ask the seller to resume it."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInAssortment(Problem):
    """The edge does not trade the SKU. One that the buyer may not see is answered alike."""

    zh: ClassVar[str] = "该规格不在可售范围内；请从订单中移除。"
    en: ClassVar[str] = "This SKU is not in your assortment; take it off the order."


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPack(Problem):
    zh: ClassVar[str] = "{sku} 没有这种包装；请选择其一：{packs}。"
    en: ClassVar[str] = "{sku} does not come in this pack; choose one of: {packs_en}."

    sku: str
    packs: str
    packs_en: str

    @classmethod
    def of(cls, path: tuple[str | int, ...], sku: Tradable) -> UnknownPack:
        return cls(
            path=path,
            sku=sku.sku_code,
            packs="、".join(pack.name for pack in sku.packs.values()),
            packs_en=", ".join(pack.name_en or pack.name for pack in sku.packs.values()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowMinimum(Problem):
    """A line asks for less than the edge's minimum of the SKU."""

    zh: ClassVar[str] = "{sku} 最少订购 {minimum}，当前为 {requested}；请增加数量。"
    en: ClassVar[str] = "{sku} is sold from {minimum}; {requested} were asked for. Order more."

    sku: str
    requested: Quantity
    minimum: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfStep(Problem):
    """A line's quantity is not a multiple of the edge's step."""

    zh: ClassVar[str] = (
        "{sku} 须按 {step} 的倍数订购，当前为 {requested}；可改为 {lower} 或 {upper}。"
    )
    en: ClassVar[str] = (
        "{sku} is sold in steps of {step}; {requested} were asked for. Order {lower} or {upper}."
    )

    sku: str
    requested: Quantity
    step: Quantity
    lower: Quantity
    upper: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMissing(Problem):
    zh: ClassVar[str] = "{sku} 在本关系下没有有效价格；请联系供货方定价。"
    en: ClassVar[str] = "{sku} has no price on this relationship; ask the seller for one."

    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnoughStock(Problem):
    """Less is free on the edge than the line, and the lines before it, ask for. Of a bundle
    `short_of` are the codes of the components that there would have to be more of."""

    zh: ClassVar[str] = "{sku} 需要 {requested}，可用 {available}；请减少数量或稍后再订。"
    en: ClassVar[str] = (
        "{requested} of {sku} were asked for, {available} are free; order less or later."
    )
    bundle_zh: ClassVar[str] = (
        "套装 {sku} 需要 {requested}，可用 {available}，短缺组件：{short_of}；"
        "请减少数量或稍后再订。"
    )
    bundle_en: ClassVar[str] = (
        "{requested} of the bundle {sku} were asked for, {available} are free for want of"
        " {short_of}; order less or later."
    )

    sku: str
    requested: Quantity
    available: Quantity
    short_of: tuple[str, ...] = ()

    def message(self, locale: Locale = Locale.EN) -> str:
        """Of a bundle with the components that it is short of."""
        if not self.short_of:
            return Problem.message(self, locale)
        worded, comma = (self.bundle_en, ", ") if locale is Locale.EN else (self.bundle_zh, "、")
        return worded.format(
            sku=self.sku,
            requested=self.requested,
            available=self.available,
            short_of=comma.join(self.short_of),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentClosed(Problem):
    """Something that the bundle is made of is off the market."""

    zh: ClassVar[str] = "套装 {sku} 中的 {components} 已停售；请从订单中移除该套装。"
    en: ClassVar[str] = (
        "The bundle {sku} contains {components}, which is no longer sold; take it off the order."
    )

    sku: str
    components: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnoughCredit(Problem):
    """The order costs more than credit line and deposit leave free."""

    zh: ClassVar[str] = "本单 {required}，可用额度 {free}；请付款、追加预存或减少订购。"
    en: ClassVar[str] = (
        "The order costs {required}, credit and deposit leave {free};"
        " pay, add to the deposit, or order less."
    )

    required: Money
    free: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBlocked(Problem):
    zh: ClassVar[str] = "供货方已冻结信用；请联系对方财务。"
    en: ClassVar[str] = "The seller has blocked your credit; talk to its finance department."


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowOrderMinimum(Problem):
    zh: ClassVar[str] = "起订金额 {order_minimum}，本单 {order_amount}；请增加订购。"
    en: ClassVar[str] = (
        "Orders begin at {order_minimum}; this one comes to {order_amount}. Order more."
    )

    order_minimum: Money
    order_amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideTerritory(Problem):
    """An order goes elsewhere than the edge covers, or does not say where to."""

    zh: ClassVar[str] = "收货地区“{region}”不在授权区域（{territory}）内；请更换收货地区。"
    en: ClassVar[str] = "{region} is outside of your territory ({territory}); ship within it."

    region: str
    territory: str

    def message(self, locale: Locale = Locale.EN) -> str:
        if self.region:
            return Problem.message(self, locale)
        if locale is Locale.ZH:
            return f"尚未填写收货地区；请在订单信息中选择授权区域（{self.territory}）内的收货地区。"
        return (
            "The order does not say to which region it is shipped; choose one of your territory"
            f" ({self.territory}) where you tell about the order."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityNotOpen(Problem):
    """A step wants more of a line than is there to take it."""

    zh: ClassVar[str] = "第 {line_no} 行可操作数量为 {open}，请求 {requested}；请减少数量。"
    en: ClassVar[str] = (
        "Line {line_no} has {open} left for this; {requested} were given. Take less."
    )

    line_no: int
    requested: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonMissing(Problem):
    zh: ClassVar[str] = "拒绝或减少数量须说明原因。"
    en: ClassVar[str] = "Say why: refusing, or confirming less than was ordered, needs a reason."


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUnknown(Problem):
    """A row names nothing that the viewer could order. What it may not see is answered alike."""

    zh: ClassVar[str] = "找不到“{code}”；请核对编码、条码或名称，或从商品目录中选择。"
    en: ClassVar[str] = (
        "Nothing is called “{code}”; check the code, barcode or name, or choose from the catalog."
    )

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAmbiguous(Problem):
    """A row may mean one of several SKUs, at most five of which are named; or one, not surely."""

    zh: ClassVar[str] = "“{code}”不能确定是哪个商品，您是指：{names}？请选择其一。"
    en: ClassVar[str] = "“{code}” is not sure. Did you mean {names_en}? Choose one."

    code: str
    names: str
    names_en: str
    sku_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityUnclear(Problem):
    zh: ClassVar[str] = "数量“{text}”无法识别；请填写正整数，可加包装，例如 12 或 2 箱。"
    en: ClassVar[str] = (
        "“{text}” is no quantity; write a whole number of at least 1, with a pack if you like,"
        " such as 12 or 2 CASE."
    )

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToOrder(Problem):
    zh: ClassVar[str] = "没有可下单的行；请添加商品，或先修正有问题的行。"
    en: ClassVar[str] = "No row is ready to be ordered; add some, or mend those with a problem."


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChanged(Problem):
    """The draft was saved or placed meanwhile, perhaps in another window."""

    zh: ClassVar[str] = "草稿已在别处更改；请重新打开后再继续。"
    en: ClassVar[str] = "The draft was changed elsewhere meanwhile; open it again and go on there."

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile(Problem):
    """A file from which no rows can be taken."""

    zh: ClassVar[str] = "无法读取该文件：{why_zh}。"
    en: ClassVar[str] = "The file cannot be taken: {why}."

    why: str
    why_zh: str
