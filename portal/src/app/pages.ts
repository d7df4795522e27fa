// Which pages there are, and who may see them. A page that one may not see has no link either.

import type { Permission } from "../gql/graphql";
import type { IconName } from "../shared/components";
import type { appTexts } from "./texts";

type TextKey = keyof typeof appTexts.zh;

export interface PageRule {
  /** As in the router; a page below it, such as an order, follows the same rule. */
  readonly path: string;
  readonly text: TextKey;
  readonly icon: IconName;
  readonly group: "trade" | "money" | "setup";
  /** One of these is enough. */
  readonly needs: readonly Permission[];
  /** Only of use to whom buys, or sells; the link is for them alone. */
  readonly side?: "buying" | "selling";
}

export const PAGES: readonly PageRule[] = [
  {
    path: "/order",
    text: "nav.order",
    icon: "cart",
    group: "trade",
    needs: ["ORDER_PLACE", "ORDER_PLACE_ON_BEHALF"],
  },
  {
    path: "/orders",
    text: "nav.orders",
    icon: "list",
    group: "trade",
    needs: ["ORDER_READ"],
    side: "buying",
  },
  {
    path: "/sales",
    text: "nav.sales",
    icon: "sell",
    group: "trade",
    needs: ["ORDER_READ"],
    side: "selling",
  },
  {
    path: "/replenishment",
    text: "nav.replenishment",
    icon: "box",
    group: "trade",
    needs: ["REPLENISHMENT_READ"],
    side: "buying",
  },
  {
    path: "/demand",
    text: "nav.demand",
    icon: "chart",
    group: "trade",
    needs: ["REPLENISHMENT_READ"],
  },
  {
    path: "/supply",
    text: "nav.supply",
    icon: "list",
    group: "trade",
    needs: ["ORDER_READ"],
  },
  {
    path: "/stores",
    text: "nav.stores",
    icon: "store",
    group: "trade",
    needs: ["STORE_READ"],
  },
  {
    path: "/store-sales",
    text: "nav.storeSales",
    icon: "sell",
    group: "trade",
    needs: ["CONSUMER_ORDER_READ"],
  },
  {
    path: "/coupons",
    text: "nav.coupons",
    icon: "tag",
    group: "trade",
    needs: ["COUPON_MANAGE"],
  },
  {
    path: "/money",
    text: "nav.money.page",
    icon: "money",
    group: "money",
    needs: ["CREDIT_READ", "STATEMENT_READ", "STATEMENT_CONFIRM", "PAYMENT_READ"],
  },
  {
    path: "/reconciliation",
    text: "nav.reconciliation",
    icon: "list",
    group: "money",
    needs: ["PAYMENT_RECONCILE"],
  },
  {
    path: "/reports",
    text: "nav.reports",
    icon: "chart",
    group: "money",
    needs: ["ORDER_READ"],
  },
  {
    path: "/setup/people",
    text: "nav.people",
    icon: "people",
    group: "setup",
    needs: ["PEOPLE_READ"],
  },
  {
    path: "/setup/webhooks",
    text: "nav.webhooks",
    icon: "link",
    group: "setup",
    needs: ["WEBHOOK_MANAGE"],
  },
  {
    path: "/setup/organization",
    text: "nav.organization",
    icon: "store",
    group: "setup",
    needs: ["ORGANIZATION_MANAGE"],
  },
  {
    path: "/setup/relationships",
    text: "nav.relationships",
    icon: "link",
    group: "setup",
    needs: ["RELATIONSHIP_MANAGE", "CREDIT_MANAGE"],
  },
  {
    path: "/setup/price-lists",
    text: "nav.priceLists",
    icon: "tag",
    group: "setup",
    needs: ["PRICE_MANAGE"],
  },
  {
    path: "/setup/assortments",
    text: "nav.assortments",
    icon: "list",
    group: "setup",
    needs: ["CATALOG_MANAGE"],
  },
  {
    path: "/setup/products",
    text: "nav.products",
    icon: "box",
    group: "setup",
    needs: ["CATALOG_MANAGE"],
  },
  {
    path: "/setup/own-codes",
    text: "nav.ownCodes",
    icon: "tag",
    group: "setup",
    needs: ["ORDER_PLACE"],
    side: "buying",
  },
  {
    path: "/setup/warehouses",
    text: "nav.warehouses",
    icon: "store",
    group: "setup",
    needs: ["STOCK_READ", "STOCK_MANAGE"],
  },
  {
    path: "/setup/stock",
    text: "nav.stock",
    icon: "box",
    group: "setup",
    needs: ["STOCK_READ", "STOCK_MANAGE"],
  },
];

/** The rule for an address; null for pages that are everybody's. */
export function ruleFor(pathname: string): PageRule | null {
  return (
    PAGES.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`)) ?? null
  );
}

export function mayOpen(pathname: string, permissions: ReadonlySet<Permission>): boolean {
  const rule = ruleFor(pathname);
  return rule === null || rule.needs.some((permission) => permissions.has(permission));
}

export interface Sides {
  readonly buys: boolean;
  readonly sells: boolean;
}

/** The pages to link to: those one may open and that are of use on one's sides of the trade. */
export function pagesFor(
  permissions: ReadonlySet<Permission>,
  sides: Sides,
): readonly PageRule[] {
  return PAGES.filter(
    ({ path, side }) =>
      mayOpen(path, permissions) &&
      (side === undefined || (side === "buying" ? sides.buys : sides.sells)),
  );
}
