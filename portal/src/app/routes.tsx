// Every page has its own chunk: what nobody opens is not loaded.

import { type ComponentType, Suspense, lazy } from "react";
import { type RouteObject, createBrowserRouter } from "react-router";

import { Loading } from "../shared/components";
import { HomePage } from "./HomePage";
import { NotFoundPage, PageError } from "./PageError";
import { PublicFrame } from "./PublicFrame";
import { Shell } from "./Shell";
import { preload, preloadOnHint, registerPage } from "./preload";

function page(path: string, load: () => Promise<{ default: ComponentType }>): RouteObject {
  const LazyPage = lazy(load);
  registerPage(path, load);
  return {
    path,
    errorElement: <PageError />,
    element: (
      <Suspense fallback={<Loading rows={8} />}>
        <LazyPage />
      </Suspense>
    ),
  };
}

export const router = createBrowserRouter([
  {
    element: <PublicFrame />,
    errorElement: <PageError />,
    children: [
      page("/sign-in", () => import("../features/identity/SignInPage")),
      page("/invitation", () => import("../features/identity/InvitationPage")),
      page("/password-reset", () => import("../features/identity/PasswordResetPage")),
    ],
  },
  {
    element: <Shell />,
    errorElement: <PageError />,
    children: [
      { path: "/", element: <HomePage />, errorElement: <PageError /> },
      page("/account", () => import("../features/identity/AccountPage")),
      page("/order", () => import("../features/ordering/OrderPage")),
      page("/order/review", () => import("../features/ordering/ReviewPage")),
      page("/orders", () => import("../features/ordering/OrdersPage")),
      page("/orders/:id", () => import("../features/ordering/OrderDetailPage")),
      page("/sales", () => import("../features/ordering/SalesPage")),
      page("/sales/:id", () => import("../features/ordering/SaleDetailPage")),
      page("/replenishment", () => import("../features/replenishment/ProposalsPage")),
      page("/demand", () => import("../features/replenishment/DemandPage")),
      page("/supply", () => import("../features/replenishment/SupplyPage")),
      page("/stores", () => import("../features/channels/StoresPage")),
      page("/stores/:id", () => import("../features/channels/StorePage")),
      page("/store-sales", () => import("../features/shopping/StoreSalesPage")),
      page("/store-sales/hand-over", () => import("../features/shopping/HandOverPage")),
      page("/store-sales/:id", () => import("../features/shopping/StoreSalePage")),
      page("/coupons", () => import("../features/marketing/CampaignsPage")),
      page("/coupons/:id", () => import("../features/marketing/CampaignPage")),
      page("/reconciliation", () => import("../features/payments/ReconciliationPage")),
      page("/reconciliation/:id", () => import("../features/payments/ReconciliationDayPage")),
      page("/money", () => import("../features/settlement/MoneyPage")),
      page("/money/:relationshipId", () => import("../features/settlement/LedgerPage")),
      page("/money/statements/:id", () => import("../features/settlement/StatementPage")),
      page("/reports", () => import("../features/ordering/ReportsPage")),
      page("/setup/people", () => import("../features/identity/PeoplePage")),
      page("/setup/webhooks", () => import("../features/replenishment/WebhooksPage")),
      page("/setup/organization", () => import("../features/organizations/OrganizationPage")),
      page("/setup/relationships", () => import("../features/organizations/RelationshipsPage")),
      page("/setup/relationships/:id", () => import("../features/organizations/RelationshipPage")),
      page("/setup/price-lists", () => import("../features/pricing/PriceListsPage")),
      page("/setup/price-lists/:id", () => import("../features/pricing/PriceListPage")),
      page("/setup/assortments", () => import("../features/catalog/AssortmentsPage")),
      page("/setup/assortments/:id", () => import("../features/catalog/AssortmentPage")),
      page("/setup/products", () => import("../features/catalog/ProductsPage")),
      page("/setup/products/:id", () => import("../features/catalog/ProductPage")),
      page("/setup/own-codes", () => import("../features/catalog/OwnCodesPage")),
      page("/setup/warehouses", () => import("../features/inventory/WarehousesPage")),
      page("/setup/stock", () => import("../features/inventory/StockPage")),
      { path: "*", element: <NotFoundPage /> },
    ],
  },
]);

// While it is asked who is signed in, the page that they want comes along.
preload(window.location.pathname);
preloadOnHint();
