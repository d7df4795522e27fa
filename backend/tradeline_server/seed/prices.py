"""The price lists of the demo network, and what they come to. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tradeline_server.seed.goods import SKU_BY_CODE, TEAS, StorySku, select
from tradeline_server.seed.story import (
    BOTTLER,
    BRAND,
    BREWER,
    RETAILER_1,
    RETAILER_2,
    RETAILER_3,
    RETAILER_4,
    RETAILER_5,
    RETAILER_6,
    TRADER_A,
    TRADER_B,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPriceList:
    """Prices at `factor` of what the goods are worth, or as `fixed` says, granted to edges of the
    seller. `breaks`: from so many cases on, so much of that price."""

    seller: str
    code: str
    level: str
    name: str
    name_en: str
    factor: Decimal = Decimal(1)
    selections: tuple[str, ...] = ("",)
    buyers: tuple[str, ...] = ()
    breaks: tuple[tuple[int, Decimal], ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    case_prices: tuple[tuple[str, str], ...] = ()
    decimals: int = 2
    begins_in_days: int | None = None


BULK = ((5, Decimal("0.98")), (20, Decimal("0.95")))


def _factor(percent: int) -> Decimal:
    return Decimal(percent) / 100


PRICE_LISTS = (
    StoryPriceList(
        seller=BREWER,
        code="BASE",
        level="base",
        name="出厂价",
        name_en="Ex works",
        factor=_factor(46),
        selections=("DRV", "TBV", "WIN", "GFT"),
        breaks=((50, Decimal("0.97")),),
        decimals=3,
    ),
    StoryPriceList(
        seller=BOTTLER,
        code="BASE",
        level="base",
        name="出厂价",
        name_en="Ex works",
        factor=_factor(43),
        selections=TEAS,
        decimals=4,
    ),
    StoryPriceList(
        seller=BRAND,
        code="BASE",
        level="base",
        name="品牌基准价",
        name_en="Brand list prices",
        factor=_factor(80),
    ),
    StoryPriceList(
        seller=BRAND,
        code="TIER-A",
        level="tier",
        name="A 级经销价",
        name_en="Dealer tier A",
        factor=_factor(70),
        buyers=(TRADER_A,),
        breaks=((40, Decimal("0.97")),),
    ),
    StoryPriceList(
        seller=BRAND,
        code="TIER-B",
        level="tier",
        name="B 级经销价",
        name_en="Dealer tier B",
        factor=_factor(73),
        buyers=(TRADER_B,),
        breaks=((40, Decimal("0.97")),),
    ),
    StoryPriceList(
        seller=BRAND,
        code="TIER-C",
        level="tier",
        name="C 级经销价",
        name_en="Dealer tier C",
        factor=_factor(76),
    ),
    StoryPriceList(
        seller=BRAND,
        code="CONTRACT-PUFAN",
        level="contract",
        name="浦帆果酒年度协议",
        name_en="Annual wine contract, Pufan",
        factor=_factor(66),
        selections=("WIN",),
        buyers=(TRADER_A,),
    ),
    StoryPriceList(
        seller=TRADER_A,
        code="BASE",
        level="base",
        name="批发价",
        name_en="Wholesale prices",
        breaks=BULK,
    ),
    StoryPriceList(
        seller=TRADER_A,
        code="TIER-A",
        level="tier",
        name="A 级客户价",
        name_en="Tier A",
        factor=_factor(92),
        buyers=(RETAILER_1,),
        breaks=BULK,
        case_prices=(("WIN-QM-750", "238.00"), ("WIN-HT-750", "258.00")),
    ),
    StoryPriceList(
        seller=TRADER_A,
        code="TIER-B",
        level="tier",
        name="B 级客户价",
        name_en="Tier B",
        factor=_factor(95),
        buyers=(RETAILER_2, RETAILER_3),
        breaks=BULK,
    ),
    StoryPriceList(
        seller=TRADER_A,
        code="TIER-C",
        level="tier",
        name="C 级客户价",
        name_en="Tier C",
        factor=_factor(98),
        buyers=(RETAILER_4, RETAILER_5),
    ),
    StoryPriceList(
        seller=TRADER_A,
        code="REGION-JS",
        level="region",
        name="江苏区域价",
        name_en="Jiangsu prices",
        factor=_factor(96),
        selections=TEAS,
        buyers=(RETAILER_4,),
    ),
    StoryPriceList(
        seller=TRADER_A,
        code="CONTRACT-YANYU",
        level="contract",
        name="檐雨冷泡茶协议价",
        name_en="Cold-brew contract, Eaves & Rain",
        buyers=(RETAILER_1,),
        selections=(),
        fixed=(("CBT-LJ-500", "5.20"), ("CBT-ML-500", "4.70"), ("CBT-WL-500", "4.95")),
    ),
    # Prepared for the new year: it has not begun, and buyers do not see it yet.
    StoryPriceList(
        seller=TRADER_A,
        code="NEW-YEAR",
        level="group",
        name="年货节价",
        name_en="New year prices",
        factor=_factor(90),
        selections=("GFT", "WIN"),
        buyers=(RETAILER_1, RETAILER_3),
        begins_in_days=20,
    ),
    StoryPriceList(
        seller=TRADER_B,
        code="BASE",
        level="base",
        name="批发价",
        name_en="Wholesale prices",
        factor=_factor(103),
    ),
    StoryPriceList(
        seller=TRADER_B,
        code="TIER-A",
        level="tier",
        name="A 级客户价",
        name_en="Tier A",
        factor=_factor(93),
        buyers=(RETAILER_5,),
    ),
    StoryPriceList(
        seller=TRADER_B,
        code="TIER-B",
        level="tier",
        name="B 级客户价",
        name_en="Tier B",
        factor=_factor(96),
        buyers=(RETAILER_3,),
        breaks=BULK,
    ),
    StoryPriceList(
        seller=TRADER_B,
        code="TIER-C",
        level="tier",
        name="C 级客户价",
        name_en="Tier C",
        factor=_factor(99),
        buyers=(RETAILER_2,),
    ),
    StoryPriceList(
        seller=TRADER_B,
        code="CONTRACT-SHIGUANG",
        level="contract",
        name="拾光汀协议价",
        name_en="Contract, Shiguangting",
        buyers=(RETAILER_3,),
        selections=(),
        fixed=(("CBT-LJ-500", "5.45"), ("DRV-HT-500", "8.80"), ("SPK-YW-330", "2.60")),
    ),
    # Dearer than the tier on purpose: where the lowest price counts, this contract does not.
    StoryPriceList(
        seller=TRADER_B,
        code="CONTRACT-OUHUA",
        level="contract",
        name="藕花汀气泡水协议价",
        name_en="Sparkling contract, Ouhuating",
        factor=_factor(97),
        selections=("SPK",),
        buyers=(RETAILER_5,),
    ),
    StoryPriceList(
        seller=TRADER_B,
        code="CONTRACT-MUXI",
        level="contract",
        name="木樨里酒单协议价",
        name_en="Wine list contract, Muxili",
        factor=_factor(91),
        selections=("WIN", "SPK-YW", "SPK-HY", "DRV-HT"),
        buyers=(RETAILER_6,),
        breaks=((10, Decimal("0.97")),),
    ),
)


def prices_of(
    price_list: StoryPriceList,
) -> list[tuple[StorySku, int, Decimal]]:
    """The bottle prices of a list: SKU, from how many base units on, yuan. Rounded half up."""
    cent = Decimal(1).scaleb(-price_list.decimals)
    steps = ((0, Decimal(1)), *price_list.breaks)
    prices = [
        (
            sku,
            max(cases * sku.case_units, 1),
            (sku.worth * price_list.factor * share).quantize(cent, ROUND_HALF_UP),
        )
        for sku in select(price_list.selections)
        for cases, share in steps
    ]
    return prices + [(SKU_BY_CODE[code], 1, Decimal(price)) for code, price in price_list.fixed]
