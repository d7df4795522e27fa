import { type ComponentType, Suspense, lazy } from "react";
import { useSearchParams } from "react-router";

import { useSession } from "../../app/session";
import type { OrderingPlaceFragment } from "../../gql/graphql";
import {
  ButtonLink,
  Empty,
  ErrorState,
  Loading,
  Money,
  Page,
  SelectField,
  Tabs,
  useName,
} from "../../shared/components";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { filtersOf } from "./catalog/useOfferFilters";
import { useOffers } from "./catalog/useOffers";
import { DraftTrouble } from "./draft/DraftTrouble";
import { filled } from "./draft/rows";
import { type OrderDraft, useOrderDraft } from "./draft/useOrderDraft";
import "./order.css";
import { orderTexts } from "./orderTexts";
import { type Places, useIsOnBehalf, usePlaces } from "./places";

export interface OrderTabProps {
  readonly place: OrderingPlaceFragment;
}

const KEYS = ["catalog", "pad", "grid", "lists"] as const;
type TabKey = (typeof KEYS)[number];

const LOADS: Readonly<Record<TabKey, () => Promise<{ default: ComponentType<OrderTabProps> }>>> = {
  catalog: () => import("./catalog/CatalogTab"),
  pad: () => import("./pad/PadTab"),
  grid: () => import("./grid/GridTab"),
  lists: () => import("./lists/ListsTab"),
};
const TABS: Readonly<Record<TabKey, ComponentType<OrderTabProps>>> = {
  catalog: lazy(LOADS.catalog),
  pad: lazy(LOADS.pad),
  grid: lazy(LOADS.grid),
  lists: lazy(LOADS.lists),
};

// The tab comes along with the page, while it is still asked on which relationships one may order.
LOADS[tabOf(new URLSearchParams(window.location.search)) ?? "catalog"]().catch(() => undefined);

/** Ordering: four ways to fill one draft, for one relationship at a time. */
export default function OrderPage() {
  const t = useTexts(orderTexts);
  const places = usePlaces();
  return (
    <Page title={t("title")} actions={<PlaceField places={places} />}>
      {places.isLoading && <Loading rows={8} onRetry={places.retry} />}
      {places.isLoading && places.wanted !== null && <Ahead relationshipId={places.wanted} />}
      {places.error !== null && <ErrorState error={places.error} onRetry={places.retry} />}
      {places.place !== null && <OrderTabs key={places.place.id} place={places.place} />}
      {!places.isLoading && places.error === null && places.place === null && (
        <Empty>{t("places.none")}</Empty>
      )}
    </Page>
  );
}

/** Asks for what will be shown if one orders where one did the last time. */
function Ahead({ relationshipId }: { readonly relationshipId: string }) {
  const [parameters] = useSearchParams();
  const isCatalog = (tabOf(parameters) ?? "catalog") === "catalog";
  useOrderDraft(relationshipId);
  return isCatalog && <OffersAhead relationshipId={relationshipId} />;
}

function OffersAhead({ relationshipId }: { readonly relationshipId: string }) {
  const [parameters] = useSearchParams();
  useOffers(relationshipId, filtersOf(parameters));
  return null;
}

function PlaceField({ places }: { readonly places: Places }) {
  const t = useTexts(orderTexts);
  const name = useName();
  const { viewer } = useSession();
  if (places.place === null) return null;
  const options = places.places.map((place) => ({
    value: place.id,
    text:
      place.seller?.id === viewer.organization?.id
        ? t("place.behalf", { buyer: name(place.buyer) })
        : name(place.seller),
  }));
  return (
    <SelectField
      label={t("place")}
      options={options}
      value={places.place.id}
      onText={places.choose}
    />
  );
}

function OrderTabs({ place }: OrderTabProps) {
  const t = useTexts(orderTexts);
  const [parameters, setParameters] = useSearchParams();
  const isOnBehalf = useIsOnBehalf(place); // then there is no catalog of one's own to look at
  const active = tabOf(parameters) ?? (isOnBehalf ? "pad" : "catalog");
  const Tab = TABS[active];
  const open = (tab: string) => {
    parameters.set("tab", tab);
    setParameters(parameters, { replace: true });
  };
  const order = useOrderDraft(place.id);
  return (
    <>
      <DraftTrouble order={order} />
      <Tabs
        label={t("tabs")}
        tabs={KEYS.map((key) => ({ key, text: t(`tab.${key}`) }))}
        active={active}
        onChange={open}
      >
        <Suspense fallback={<Loading rows={8} />}>
          <Tab place={place} />
        </Suspense>
      </Tabs>
      <DraftBar place={place} order={order} />
    </>
  );
}

function tabOf(parameters: URLSearchParams): TabKey | undefined {
  const wanted = parameters.get("tab");
  return KEYS.find((key) => key === wanted);
}

/** What has come together so far, in sight whatever one looks at. */
function DraftBar({ place, order }: OrderTabProps & { readonly order: OrderDraft }) {
  const t = useTexts(orderTexts);
  const { integer } = useFormat();
  const { draft, rows, status } = order;
  return (
    <section className="draft-bar" aria-label={t("bar.label")}>
      <span>{t("bar.ready", { count: integer(draft?.readyCount ?? 0) })}</span>
      {draft !== null && draft.problemCount > 0 && (
        <span className="draft-bar-problems">
          {t("bar.problems", { count: integer(draft.problemCount) })}
        </span>
      )}
      {draft !== null && <Money value={draft.amount} />}
      <span className="draft-bar-status" role="status">
        {t(`status.${status}`)}
      </span>
      {filled(rows).length > 0 && (
        <ButtonLink to={`/order/review?relationship=${encodeURIComponent(place.id)}`} kind="primary">
          {t("bar.review")}
        </ButtonLink>
      )}
    </section>
  );
}
