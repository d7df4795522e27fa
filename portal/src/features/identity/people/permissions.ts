// Permissions as people speak of them: in groups, each with words.

import type { Permission } from "../../../gql/graphql";
import { defineTexts } from "../../../shared/i18n/i18n";

export type PermissionGroup = "trade" | "goods" | "stock" | "money" | "setup";

/** In the order in which they are shown; the compiler misses any that the graph knows. */
const GROUP_OF: Readonly<Record<Permission, PermissionGroup>> = {
  ORDER_READ: "trade",
  ORDER_PLACE: "trade",
  ORDER_PLACE_ON_BEHALF: "trade",
  ORDER_REVIEW: "trade",
  ORDER_CONFIRM: "trade",
  ORDER_SHIP: "trade",
  ORDER_RECEIVE: "trade",
  ORDER_CANCEL: "trade",
  ORDER_RETURN: "trade",
  CATALOG_READ: "goods",
  CATALOG_MANAGE: "goods",
  PRICE_READ: "goods",
  PRICE_MANAGE: "goods",
  STOCK_READ: "stock",
  STOCK_HOLD: "stock",
  STOCK_MANAGE: "stock",
  CREDIT_READ: "money",
  CREDIT_MANAGE: "money",
  PAYMENT_READ: "money",
  PAYMENT_RECORD: "money",
  STATEMENT_READ: "money",
  STATEMENT_CONFIRM: "money",
  BOOKS_READ: "money",
  RELATIONSHIP_READ: "setup",
  RELATIONSHIP_MANAGE: "setup",
  ORGANIZATION_READ: "setup",
  ORGANIZATION_MANAGE: "setup",
  PEOPLE_READ: "setup",
  PEOPLE_MANAGE: "setup",
  API_CLIENT_MANAGE: "setup",
  AUDIT_READ: "setup",
};

export const PERMISSIONS = Object.keys(GROUP_OF) as readonly Permission[];

/** Permissions by group, the empty ones left out. */
export function grouped(
  permissions: readonly Permission[],
): readonly { readonly group: PermissionGroup; readonly permissions: readonly Permission[] }[] {
  const groups = new Map<PermissionGroup, Permission[]>();
  for (const permission of PERMISSIONS.filter((each) => permissions.includes(each))) {
    const members = groups.get(GROUP_OF[permission]) ?? [];
    groups.set(GROUP_OF[permission], [...members, permission]);
  }
  return [...groups].map(([group, members]) => ({ group, permissions: members }));
}

/** Such as no machine may hold: the graph refuses them. */
export const NOT_FOR_MACHINES: ReadonlySet<Permission> = new Set([
  "PEOPLE_MANAGE",
  "API_CLIENT_MANAGE",
]);

export const permissionTexts = defineTexts("identity.permissions", {
  zh: {
    "group.trade": "订单",
    "group.goods": "商品与价格",
    "group.stock": "库存",
    "group.money": "资金",
    "group.setup": "设置",
    ORDER_READ: "查看订单",
    ORDER_PLACE: "下单采购",
    ORDER_PLACE_ON_BEHALF: "代客户下单",
    ORDER_REVIEW: "审核订单",
    ORDER_CONFIRM: "确认订单",
    ORDER_SHIP: "发货",
    ORDER_RECEIVE: "收货",
    ORDER_CANCEL: "取消订单",
    ORDER_RETURN: "申请和处理退货",
    CATALOG_READ: "查看商品",
    CATALOG_MANAGE: "管理商品与可售范围",
    PRICE_READ: "查看价格",
    PRICE_MANAGE: "管理价格体系",
    STOCK_READ: "查看库存",
    STOCK_HOLD: "预留库存",
    STOCK_MANAGE: "管理仓库与库存",
    CREDIT_READ: "查看信用额度与余额",
    CREDIT_MANAGE: "设定信用额度、调账",
    PAYMENT_READ: "查看收付款",
    PAYMENT_RECORD: "登记收付款",
    STATEMENT_READ: "查看往来与对账单",
    STATEMENT_CONFIRM: "出具和确认对账单",
    BOOKS_READ: "查看账簿",
    RELATIONSHIP_READ: "查看经销关系",
    RELATIONSHIP_MANAGE: "管理经销关系与条款",
    ORGANIZATION_READ: "查看组织",
    ORGANIZATION_MANAGE: "管理组织资料",
    PEOPLE_READ: "查看人员与角色",
    PEOPLE_MANAGE: "管理人员与角色",
    API_CLIENT_MANAGE: "管理接口客户端",
    AUDIT_READ: "查看操作记录",
  },
  en: {
    "group.trade": "Orders",
    "group.goods": "Goods and prices",
    "group.stock": "Stock",
    "group.money": "Money",
    "group.setup": "Set-up",
    ORDER_READ: "See orders",
    ORDER_PLACE: "Place orders",
    ORDER_PLACE_ON_BEHALF: "Place orders on a buyer's behalf",
    ORDER_REVIEW: "Review orders",
    ORDER_CONFIRM: "Confirm orders",
    ORDER_SHIP: "Ship",
    ORDER_RECEIVE: "Receive",
    ORDER_CANCEL: "Cancel orders",
    ORDER_RETURN: "Ask for returns and decide on them",
    CATALOG_READ: "See the catalog",
    CATALOG_MANAGE: "Manage products and assortments",
    PRICE_READ: "See prices",
    PRICE_MANAGE: "Manage price lists",
    STOCK_READ: "See stock",
    STOCK_HOLD: "Set stock aside",
    STOCK_MANAGE: "Manage warehouses and stock",
    CREDIT_READ: "See credit and balances",
    CREDIT_MANAGE: "Set credit limits, adjust accounts",
    PAYMENT_READ: "See payments",
    PAYMENT_RECORD: "Record payments",
    STATEMENT_READ: "See accounts and statements",
    STATEMENT_CONFIRM: "Issue and confirm statements",
    BOOKS_READ: "See the books",
    RELATIONSHIP_READ: "See relationships",
    RELATIONSHIP_MANAGE: "Manage relationships and terms",
    ORGANIZATION_READ: "See organizations",
    ORGANIZATION_MANAGE: "Manage the organization's data",
    PEOPLE_READ: "See people and roles",
    PEOPLE_MANAGE: "Manage people and roles",
    API_CLIENT_MANAGE: "Manage API clients",
    AUDIT_READ: "See what was done",
  },
});
