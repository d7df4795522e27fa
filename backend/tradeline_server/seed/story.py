"""Who is who in the demo network: invented organizations, people, warehouses and edges. Pure data.

The story: Lingshangtang (岭上棠, "crabapple on the ridge") of Huzhou makes tea, fruit vinegar
and fruit wine. Two suppliers fill its bottles, two traders sell them on, six retailers pour them.
No name in here is that of a real company or person.
"""

from __future__ import annotations

from dataclasses import dataclass

NETWORK_CODE = "demo"
NETWORK_NAME = "岭上棠经销网络"
NETWORK_NAME_EN = "Lingshangtang trading network"
CURRENCY = "CNY"
PASSWORD = "tradeline-demo"
EMAIL_DOMAIN = "example.com"
HISTORY_DAYS = 120

BRAND = "brand"
BREWER = "supplier-1"
BOTTLER = "supplier-2"
TRADER_A = "trader-a"
TRADER_B = "trader-b"
RETAILER_1 = "retailer-1"
RETAILER_2 = "retailer-2"
RETAILER_3 = "retailer-3"
RETAILER_4 = "retailer-4"
RETAILER_5 = "retailer-5"
RETAILER_6 = "retailer-6"

Ends = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StoryOrganization:
    """`key` is how the story calls it, and its code. `region` is ISO 3166-2."""

    key: str
    kind: str
    name: str
    name_en: str
    region: str
    founded_by: str | None
    address: str


@dataclass(frozen=True, slots=True)
class StoryEntity:
    """A further legal entity, beside the one that every organization begins with."""

    org: str
    code: str
    name: str
    name_en: str
    tax_number: str


@dataclass(frozen=True, slots=True)
class StoryPerson:
    """A person with a built-in role in each of some organizations."""

    email_name: str
    name: str
    memberships: tuple[tuple[str, str], ...]
    locale: str = "zh-CN"

    @property
    def email(self) -> str:
        return f"{self.email_name}@{EMAIL_DOMAIN}"


@dataclass(frozen=True, slots=True)
class StoryWarehouse:
    """`opening_cases` of each SKU stand in it at first; a lower priority serves first."""

    org: str
    code: str
    name: str
    name_en: str
    region: str
    opening_cases: int
    priority: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEdge:
    """An edge with its terms; sums in yuan. `warehouses` serve it in that order (none: all)."""

    seller: str
    buyer: str
    limit: int
    assortments: tuple[str, ...]
    strategy: str = "priority"
    terms_days: int = 30
    order_minimum: int = 0
    reviews: bool = False
    confirms: bool = True
    receives: bool = True
    holds_stock: bool = True
    territory: tuple[str, ...] = ()
    seller_entity: str | None = None
    warehouses: tuple[str, ...] = ()

    @property
    def ends(self) -> Ends:
        return self.seller, self.buyer


ORGANIZATIONS = (
    StoryOrganization(
        BRAND,
        "brand",
        "岭上棠饮品",
        "Lingshangtang Drinks",
        "CN-ZJ",
        None,
        "浙江省湖州市示例路 1 号",
    ),
    StoryOrganization(
        BREWER,
        "supplier",
        "汀禾酿造",
        "Tinghe Brewing",
        "CN-ZJ",
        BRAND,
        "浙江省绍兴市示例路 2 号",
    ),
    StoryOrganization(
        BOTTLER,
        "supplier",
        "泉屿果饮",
        "Quanyu Bottling",
        "CN-FJ",
        BRAND,
        "福建省漳州市示例路 3 号",
    ),
    StoryOrganization(
        TRADER_A,
        "trader",
        "浦帆商贸",
        "Pufan Trading",
        "CN-SH",
        BRAND,
        "上海市嘉定区示例路 4 号",
    ),
    StoryOrganization(
        TRADER_B,
        "trader",
        "苕溪渡供应链",
        "Tiaoxidu Supply",
        "CN-ZJ",
        BRAND,
        "浙江省杭州市萧山区示例路 5 号",
    ),
    StoryOrganization(
        RETAILER_1,
        "retailer",
        "檐雨小铺",
        "Eaves & Rain Deli",
        "CN-SH",
        TRADER_A,
        "上海市徐汇区示例路 6 号",
    ),
    StoryOrganization(
        RETAILER_2,
        "retailer",
        "盏间食集",
        "Zhanjian Pantry",
        "CN-SH",
        TRADER_A,
        "上海市青浦区示例路 7 号",
    ),
    StoryOrganization(
        RETAILER_3,
        "retailer",
        "拾光汀便利",
        "Shiguangting Corner Shops",
        "CN-ZJ",
        TRADER_A,
        "浙江省嘉兴市示例路 8 号",
    ),
    StoryOrganization(
        RETAILER_4,
        "retailer",
        "麦浦精品超市",
        "Maipu Fine Grocers",
        "CN-JS",
        TRADER_A,
        "江苏省苏州市示例路 9 号",
    ),
    StoryOrganization(
        RETAILER_5,
        "retailer",
        "藕花汀茶肆",
        "Ouhuating Teahouse",
        "CN-ZJ",
        TRADER_B,
        "浙江省宁波市示例路 10 号",
    ),
    StoryOrganization(
        RETAILER_6,
        "retailer",
        "木樨里餐厅",
        "Muxili Bistro",
        "CN-ZJ",
        TRADER_B,
        "浙江省杭州市示例路 11 号",
    ),
)

ENTITIES = (
    StoryEntity(
        TRADER_A, "trader-a-suzhou", "浦帆商贸苏州分公司", "Pufan Trading Suzhou", "DEMO320500A2"
    ),
)

PEOPLE = (
    StoryPerson("brand", "沈棠溪", ((BRAND, "owner"),)),
    StoryPerson("brand.sales", "陆云岫", ((BRAND, "sales"),)),
    StoryPerson("brand.buyer", "戚禾生", ((BRAND, "buyer"),)),
    StoryPerson("brand.finance", "闻秋白", ((BRAND, "finance"),)),
    StoryPerson("brand.warehouse", "仇大川", ((BRAND, "warehouse"),)),
    StoryPerson("supplier-1", "汪汀禾", ((BREWER, "owner"),)),
    StoryPerson("supplier-2", "连屿舟", ((BOTTLER, "owner"),)),
    StoryPerson("trader-a", "顾浦生", ((TRADER_A, "owner"),)),
    StoryPerson("trader-a.sales", "乔一帆", ((TRADER_A, "sales"),)),
    StoryPerson("trader-a.buyer", "席采薇", ((TRADER_A, "buyer"),)),
    StoryPerson("trader-a.finance", "Nora Reed", ((TRADER_A, "finance"),), "en"),
    StoryPerson("trader-a.warehouse", "牛力行", ((TRADER_A, "warehouse"),)),
    StoryPerson("trader-b", "苕小渡", ((TRADER_B, "owner"),)),
    StoryPerson("trader-b.sales", "Tom Ferry", ((TRADER_B, "sales"),), "en"),
    StoryPerson("trader-b.warehouse", "宁渡川", ((TRADER_B, "warehouse"),)),
    StoryPerson("retailer-1", "白檐", ((RETAILER_1, "owner"),)),
    StoryPerson("retailer-2", "展颜", ((RETAILER_2, "owner"),)),
    StoryPerson("retailer-3", "时光远", ((RETAILER_3, "owner"),)),
    StoryPerson("retailer-3.buyer", "Iris Shore", ((RETAILER_3, "buyer"),), "en"),
    StoryPerson("retailer-4", "麦秋实", ((RETAILER_4, "owner"),)),
    StoryPerson("retailer-5", "连藕香", ((RETAILER_5, "owner"),)),
    StoryPerson("retailer-6", "桂子里", ((RETAILER_6, "owner"),)),
    StoryPerson("accountant", "何砚清", ((RETAILER_3, "finance"), (RETAILER_6, "finance"))),
)

WAREHOUSES = (
    StoryWarehouse(BRAND, "HUZHOU", "湖州总仓", "Huzhou national warehouse", "CN-ZJ", 260, 10),
    StoryWarehouse(BRAND, "SHANGHAI", "上海前置仓", "Shanghai regional warehouse", "CN-SH", 40, 20),
    StoryWarehouse(TRADER_A, "JIADING", "嘉定仓", "Jiading warehouse", "CN-SH", 80),
    StoryWarehouse(TRADER_B, "XIAOSHAN", "萧山仓", "Xiaoshan warehouse", "CN-ZJ", 60, 10),
    StoryWarehouse(TRADER_B, "NINGBO", "宁波周转仓", "Ningbo depot", "CN-ZJ", 6, 20),
    StoryWarehouse(RETAILER_1, "BACK-ROOM", "门店后仓", "Back room", "CN-SH", 2),
    StoryWarehouse(
        RETAILER_3, "JIAXING", "嘉兴配送中心", "Jiaxing distribution centre", "CN-ZJ", 3
    ),
)

EDGES = (
    # The suppliers make to order: no stock of theirs is held.
    StoryEdge(
        seller=BREWER,
        buyer=BRAND,
        limit=600_000,
        assortments=("BREWED",),
        terms_days=60,
        order_minimum=5_000,
        holds_stock=False,
    ),
    StoryEdge(
        seller=BOTTLER,
        buyer=BRAND,
        limit=600_000,
        assortments=("BOTTLED",),
        terms_days=45,
        holds_stock=False,
    ),
    StoryEdge(
        seller=BRAND,
        buyer=TRADER_A,
        limit=400_000,
        assortments=("STANDARD", "PREMIUM"),
        terms_days=45,
        order_minimum=3_000,
        reviews=True,
        territory=("CN-SH", "CN-JS"),
        warehouses=("SHANGHAI", "HUZHOU"),
    ),
    StoryEdge(
        seller=BRAND,
        buyer=TRADER_B,
        limit=300_000,
        assortments=("STANDARD", "PREMIUM"),
        order_minimum=3_000,
        territory=("CN-ZJ",),
        warehouses=("HUZHOU",),
    ),
    StoryEdge(
        seller=TRADER_A,
        buyer=RETAILER_1,
        limit=60_000,
        assortments=("STANDARD", "PREMIUM"),
        order_minimum=300,
    ),
    StoryEdge(
        seller=TRADER_A, buyer=RETAILER_2, limit=40_000, assortments=("STANDARD",), reviews=True
    ),
    StoryEdge(seller=TRADER_A, buyer=RETAILER_3, limit=50_000, assortments=("STANDARD", "PREMIUM")),
    # Prepaid: nothing may be owed, a deposit is drawn down. No receipt: shipped is delivered.
    StoryEdge(
        seller=TRADER_A,
        buyer=RETAILER_4,
        limit=0,
        assortments=("STANDARD", "PREMIUM"),
        terms_days=0,
        confirms=False,
        receives=False,
        seller_entity="trader-a-suzhou",
    ),
    # Blocked for new orders, for it pays late.
    StoryEdge(seller=TRADER_A, buyer=RETAILER_5, limit=20_000, assortments=("STANDARD",)),
    # Suspended two months ago; its history and what is owed stay.
    StoryEdge(seller=TRADER_B, buyer=RETAILER_2, limit=20_000, assortments=("STANDARD",)),
    StoryEdge(
        seller=TRADER_B,
        buyer=RETAILER_3,
        limit=45_000,
        assortments=("STANDARD", "PREMIUM"),
        terms_days=15,
        confirms=False,
    ),
    StoryEdge(
        seller=TRADER_B,
        buyer=RETAILER_5,
        limit=30_000,
        assortments=("STANDARD",),
        strategy="lowest",
        reviews=True,
        warehouses=("NINGBO", "XIAOSHAN"),
    ),
    StoryEdge(
        seller=TRADER_B,
        buyer=RETAILER_6,
        limit=25_000,
        assortments=("STANDARD", "PREMIUM"),
        strategy="contract_only",
        receives=False,
    ),
)


def logins() -> list[dict[str, str]]:
    """Who may sign in, a row for each membership; all of them with the same password."""
    names = {org.key: org.name_en for org in ORGANIZATIONS}
    return [
        {
            "organization": names[org],
            "role": role,
            "email": person.email,
            "password": PASSWORD,
        }
        for person in PEOPLE
        for org, role in person.memberships
    ]
