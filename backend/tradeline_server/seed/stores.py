"""Where consumers buy in the demo network: stores, what each lists, and for how much. Pure data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tradeline_server.seed.goods import StorySku, select
from tradeline_server.seed.story import (
    BRAND,
    RETAILER_1,
    RETAILER_3,
    RETAILER_6,
    TRADER_A,
    TRADER_B,
)
from tradeline_server.wechat.simulator.keys import APPID, BRANCH_MCHIDS, MCHID

APP_ID = APPID
APP_NAME = "岭上棠小店"
# As whom they collect: merchants that the simulator plays.
MERCHANTS = ((BRAND, MCHID), (RETAILER_3, BRANCH_MCHIDS[0]), (RETAILER_6, BRANCH_MCHIDS[1]))

HALF_YUAN = Decimal("0.50")


@dataclass(frozen=True, slots=True)
class StoryFreight:
    """Sums in yuan; an empty region is everywhere else."""

    region: str
    base: str
    free_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStore:
    """`supply` names the sellers of its route, upwards; `collector` is one of them or the store's
    own organization. What begins with `fixed` costs `factor` of its worth, rounded to half a yuan;
    what begins with `marked_up` what the store pays and `markup_bp` on it."""

    org: str
    code: str
    name: str
    name_en: str
    region: str
    address: str
    phone: str
    opening_hours: str
    latitude: str
    longitude: str
    supply: tuple[str, ...]
    collector: str
    fixed: tuple[str, ...]
    freight: tuple[StoryFreight, ...]
    factor: Decimal = Decimal("1.55")
    marked_up: tuple[str, ...] = ()
    markup_bp: int = 4_000
    offers_pickup: bool = True


@dataclass(frozen=True, slots=True)
class StoryLink:
    store: str
    sku: str | None
    source: str
    campaign: str


STORES = (
    # The brand is the merchant of record.
    StoryStore(
        org=RETAILER_1,
        code="XUHUI",
        name="檐雨小铺徐汇店",
        name_en="Eaves & Rain, Xuhui",
        region="CN-SH",
        address="上海市徐汇区示例路 6 号",
        phone="021-5550-0106",
        opening_hours="10:00–22:00",
        latitude="31.1883",
        longitude="121.4365",
        supply=(TRADER_A, BRAND),
        collector=BRAND,
        fixed=("CBT", "FRT", "DRV"),
        marked_up=("WIN",),
        freight=(
            StoryFreight("CN-SH", "6.00", "99.00"),
            StoryFreight("CN-ZJ", "6.00", "99.00"),
            StoryFreight("", "12.00"),
        ),
    ),
    # It collects itself, and owes those above it what they delivered.
    StoryStore(
        org=RETAILER_3,
        code="JIAXING",
        name="拾光汀便利嘉兴店",
        name_en="Shiguangting, Jiaxing",
        region="CN-ZJ",
        address="浙江省嘉兴市示例路 8 号",
        phone="0573-5550-0108",
        opening_hours="07:00–23:00",
        latitude="30.7522",
        longitude="120.7550",
        supply=(TRADER_B, BRAND),
        collector=RETAILER_3,
        fixed=("CBT", "FRT", "SPK", "DRV"),
        factor=Decimal("1.50"),
        freight=(StoryFreight("CN-ZJ", "6.00", "99.00"), StoryFreight("", "12.00")),
    ),
    # Without stock of its own: all of it comes from further up.
    StoryStore(
        org=RETAILER_6,
        code="HANGZHOU",
        name="木樨里餐厅杭州店",
        name_en="Muxili, Hangzhou",
        region="CN-ZJ",
        address="浙江省杭州市示例路 11 号",
        phone="0571-5550-0111",
        opening_hours="11:00–21:30",
        latitude="30.2460",
        longitude="120.1551",
        supply=(TRADER_B, BRAND),
        collector=RETAILER_6,
        fixed=(),
        marked_up=("WIN", "SPK-YW", "SPK-HY", "DRV-HT"),
        markup_bp=6_000,
        offers_pickup=False,
        freight=(StoryFreight("CN-ZJ", "6.00", "99.00"),),
    ),
)

LINKS = (
    StoryLink("XUHUI", None, "qr-counter", ""),
    StoryLink("XUHUI", "CBT-LJ-500", "moments", "spring-tea"),
    StoryLink("JIAXING", None, "qr-counter", ""),
)


def listed_in(store: StoryStore) -> Iterator[tuple[StorySku, Decimal | None]]:
    """The SKUs of a store in their order, with the price of those that have one of their own."""
    for sku in select(store.fixed):
        halves = (sku.worth * store.factor / HALF_YUAN).quantize(Decimal(1), ROUND_HALF_UP)
        yield sku, halves * HALF_YUAN
    for sku in select(store.marked_up):
        yield sku, None
