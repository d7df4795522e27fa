"""What is traded in the demo network: categories, products, SKUs, assortments. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tradeline_server.seed.story import (
    BOTTLER,
    BRAND,
    BREWER,
    RETAILER_1,
    RETAILER_3,
    TRADER_A,
    TRADER_B,
)

BRAND_NAME = "岭上棠"


@dataclass(frozen=True, slots=True)
class StoryCategory:
    code: str
    name: str
    name_en: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Flavour:
    """`premium` is what it adds to the price of a bottle, in yuan."""

    code: str
    name: str
    name_en: str
    premium: str = "0"


@dataclass(frozen=True, slots=True)
class Volume:
    """`price` is what a shop pays for a bottle, in yuan, before anybody's terms."""

    code: str
    label: str
    case_units: int
    price: str


@dataclass(frozen=True, slots=True)
class StoryProduct:
    code: str
    category: str
    name: str
    name_en: str
    description: str
    flavours: tuple[Flavour, ...]
    volumes: tuple[Volume, ...]
    base_unit: str = "EA"


@dataclass(frozen=True, slots=True)
class StorySku:
    """A variant: flavour × volume. `worth` is the price that all lists are reckoned from."""

    code: str
    product: str
    name: str
    name_en: str
    flavour: str
    volume: str
    base_unit: str
    case_units: int
    worth: Decimal
    barcode: str
    case_barcode: str

    @property
    def case_code(self) -> str:
        return f"CASE{self.case_units}"


@dataclass(frozen=True, slots=True)
class StoryAssortment:
    """`selections` are the beginnings of SKU codes. A line takes at least `minimum_share` of a
    case, in steps of as much."""

    seller: str
    code: str
    name: str
    name_en: str
    selections: tuple[str, ...]
    minimum_share: Decimal


CATEGORIES = (
    StoryCategory("drinks", "饮品", "Drinks"),
    StoryCategory("tea", "茶饮", "Tea drinks", "drinks"),
    StoryCategory("cold-brew", "冷泡茶", "Cold-brew tea", "tea"),
    StoryCategory("fruit-tea", "果茶", "Fruit tea", "tea"),
    StoryCategory("sparkling", "气泡水", "Sparkling water", "drinks"),
    StoryCategory("drinking-vinegar", "果醋饮", "Drinking vinegar", "drinks"),
    StoryCategory("wine", "果酒", "Fruit wine", "drinks"),
    StoryCategory("kitchen", "厨房", "Kitchen"),
    StoryCategory("table-vinegar", "佐餐醋", "Table vinegar", "kitchen"),
    StoryCategory("gifts", "礼盒", "Gift boxes"),
)

PRODUCTS = (
    StoryProduct(
        "CBT",
        "cold-brew",
        "冷泡茶",
        "cold-brew tea",
        "低温慢萃八小时，无糖。Steeped cold for eight hours, no sugar.",
        (
            Flavour("LJ", "龙井", "Longjing", "0.60"),
            Flavour("ML", "茉莉", "Jasmine"),
            Flavour("WL", "乌龙", "Oolong", "0.30"),
            Flavour("GH", "桂花", "Osmanthus", "0.20"),
        ),
        (
            Volume("330", "330 ml", 24, "4.20"),
            Volume("500", "500 ml", 12, "5.40"),
            Volume("1000", "1 L", 6, "8.60"),
        ),
    ),
    StoryProduct(
        "FRT",
        "fruit-tea",
        "果茶",
        "fruit tea",
        "真实果汁含量不低于百分之十。At least ten percent fruit juice.",
        (
            Flavour("BT", "白桃", "White peach", "0.20"),
            Flavour("QM", "青梅", "Green plum"),
            Flavour("YZ", "柚子", "Pomelo"),
            Flavour("BX", "百香果", "Passion fruit", "0.40"),
        ),
        (Volume("330", "330 ml", 24, "4.60"), Volume("500", "500 ml", 12, "5.90")),
    ),
    StoryProduct(
        "SPK",
        "sparkling",
        "气泡水",
        "sparkling water",
        "莫干山系泉水。Spring water with fine bubbles.",
        (
            Flavour("YW", "原味", "Plain"),
            Flavour("QN", "青柠", "Lime", "0.20"),
            Flavour("TZ", "海棠", "Crabapple", "0.30"),
            Flavour("HY", "海盐", "Sea salt", "0.20"),
        ),
        (Volume("330", "330 ml", 24, "2.90"), Volume("500", "500 ml", 12, "3.60")),
    ),
    StoryProduct(
        "DRV",
        "drinking-vinegar",
        "果醋饮",
        "drinking vinegar",
        "果醋发酵九十天，兑水或冰饮。Fermented for ninety days; drink it over ice.",
        (
            Flavour("HT", "海棠", "Crabapple", "0.80"),
            Flavour("PG", "苹果", "Apple"),
            Flavour("SZ", "山楂", "Hawthorn"),
            Flavour("SS", "桑葚", "Mulberry", "0.50"),
        ),
        (
            Volume("250", "250 ml", 24, "5.20"),
            Volume("500", "500 ml", 12, "8.90"),
            Volume("1000", "1 L", 6, "15.80"),
        ),
    ),
    StoryProduct(
        "TBV",
        "table-vinegar",
        "佐餐醋",
        "table vinegar",
        "糯米固态发酵，陈酿一年起。Glutinous rice, aged for a year or more.",
        (
            Flavour("CN", "陈酿", "Aged", "3.50"),
            Flavour("MC", "米香", "Rice"),
            Flavour("XC", "香", "Fragrant", "1.20"),
        ),
        (Volume("500", "500 ml", 12, "9.80"), Volume("1900", "1.9 L", 6, "26.50")),
    ),
    StoryProduct(
        "WIN",
        "wine",
        "果酒",
        "fruit wine",
        "酒精度 11%vol，低温发酵。11% vol., fermented cold.",
        (
            Flavour("QM", "青梅", "Green plum", "2.00"),
            Flavour("GH", "桂花", "Osmanthus"),
            Flavour("YM", "杨梅", "Bayberry", "4.00"),
            Flavour("HT", "海棠", "Crabapple", "6.00"),
        ),
        (
            Volume("187", "187 ml", 24, "12.50"),
            Volume("500", "500 ml", 12, "29.00"),
            Volume("750", "750 ml", 6, "42.00"),
        ),
    ),
    StoryProduct(
        "GFT",
        "gifts",
        "礼盒",
        "gift box",
        "六支小瓶装。Six small bottles.",
        (
            Flavour("SJ", "四季", "Four seasons"),
            Flavour("ZQ", "中秋", "Mid-autumn", "20.00"),
        ),
        (Volume("6", "6 × 187 ml", 6, "88.00"),),
        "BOX",
    ),
)

TEAS = ("CBT", "FRT", "SPK")
BIG_WINES = tuple(f"WIN-{f}-{v}" for f in ("QM", "GH", "YM", "HT") for v in ("500", "750"))
SMALL_WINES = tuple(f"WIN-{f}-187" for f in ("QM", "GH", "YM", "HT"))
PREMIUM = (*BIG_WINES, "GFT")
STANDARD = (*TEAS, "DRV", "TBV", *SMALL_WINES)
# Left out of the opening stock, so that somebody offers what nobody can have at once.
NEVER_IN_STOCK = frozenset({(TRADER_B, "GFT-ZQ-6")})

CASE, HALF = Decimal(1), Decimal("0.5")

ASSORTMENTS = (
    StoryAssortment(BREWER, "BREWED", "酿造类", "Brewed", ("DRV", "TBV", "WIN", "GFT"), CASE),
    StoryAssortment(BOTTLER, "BOTTLED", "灌装类", "Bottled", TEAS, CASE),
    StoryAssortment(BRAND, "STANDARD", "标准品", "Standard range", STANDARD, CASE),
    StoryAssortment(BRAND, "PREMIUM", "高端品", "Premium range", PREMIUM, CASE),
    StoryAssortment(TRADER_A, "STANDARD", "常规品", "Standard range", STANDARD, HALF),
    StoryAssortment(TRADER_A, "PREMIUM", "臻选品", "Premium range", PREMIUM, HALF),
    StoryAssortment(
        TRADER_B, "STANDARD", "常规品", "Standard range", (*TEAS, "DRV", *SMALL_WINES), HALF
    ),
    StoryAssortment(TRADER_B, "PREMIUM", "臻选品", "Premium range", PREMIUM, HALF),
)

# What two retailers call some SKUs in their own systems.
BUYER_CODES = {
    RETAILER_1: ("YY", ("CBT-LJ-500", "CBT-ML-500", "CBT-WL-500", "DRV-HT-500", "WIN-QM-750")),
    RETAILER_3: ("SGT-", ("CBT-LJ-500", "SPK-YW-330", "DRV-HT-500", "FRT-BT-330", "WIN-GH-187")),
}


def _with_check_digit(digits: str) -> str:
    """A GTIN of the digits before its last one (GS1 General Specifications, 7.9)."""
    weighted = (int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(digits)))
    return digits + str(-sum(weighted) % 10)


def _make_skus() -> tuple[StorySku, ...]:
    skus: list[StorySku] = []
    for product in PRODUCTS:
        for flavour in product.flavours:
            for volume in product.volumes:
                # 20 to 29 begin the numbers that GS1 leaves to everybody's own use; 14 digits
                # with a leading 1 are the same goods in a case.
                digits = f"20{len(skus) + 1:010d}"
                skus.append(
                    StorySku(
                        code=f"{product.code}-{flavour.code}-{volume.code}",
                        product=product.code,
                        name=f"{flavour.name}{product.name} {volume.label}",
                        name_en=f"{flavour.name_en} {product.name_en} {volume.label}",
                        flavour=flavour.name,
                        volume=volume.label,
                        base_unit=product.base_unit,
                        case_units=volume.case_units,
                        worth=Decimal(volume.price) + Decimal(flavour.premium),
                        barcode=_with_check_digit(digits),
                        case_barcode=_with_check_digit(f"1{digits}"),
                    )
                )
    return tuple(skus)


SKUS = _make_skus()
SKU_BY_CODE = {sku.code: sku for sku in SKUS}


def select(selections: tuple[str, ...]) -> list[StorySku]:
    """The SKUs whose codes begin with one of `selections`."""
    return [sku for sku in SKUS if any(sku.code.startswith(start) for start in selections)]
