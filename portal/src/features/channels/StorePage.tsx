import { useState } from "react";
import { useParams } from "react-router";

import { usePermissions } from "../../app/session";
import { StorePageDocument, type StorePageQuery } from "../../gql/graphql";
import {
  Button,
  Empty,
  ErrorState,
  Facts,
  Loading,
  Page,
  Tabs,
  useName,
} from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { EditStore } from "./EditStore";
import { Freight } from "./Freight";
import { Links } from "./Links";
import { Listings } from "./Listings";
import { Route } from "./Route";
import { StoreState, collectorOf } from "./StoreState";
import { channelTexts } from "./texts";

export type StoreDetail = NonNullable<StorePageQuery["store"]>;

/** One store: where it is, who supplies it, what it lists, where it delivers, how one gets there. */
export default function StorePage() {
  const t = useTexts(channelTexts);
  const name = useName();
  const may = usePermissions();
  const { id = "" } = useParams();
  const [isEditing, setIsEditing] = useState(false);
  const asked = useGraph({
    kinds: ["STORE"],
    document: StorePageDocument,
    variables: { id },
  });
  const store = asked.data?.store;
  const canEdit = store?.isOwn === true && may("STORE_MANAGE");
  return (
    <Page
      title={store ? name(store) : t("stores.title")}
      {...(store && { subtitle: store.code })}
      breadcrumbs={[{ to: "/stores", text: t("stores.title") }]}
      actions={canEdit && <Button onClick={() => setIsEditing(true)}>{t("edit")}</Button>}
    >
      {asked.isPending && <Loading rows={8} onRetry={() => void asked.refetch()} />}
      {asked.error && !store && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !store && <Empty>{t("store.notFound")}</Empty>}
      {store && <Body key={store.id} store={store} />}
      {store && isEditing && <EditStore store={store} onClose={() => setIsEditing(false)} />}
    </Page>
  );
}

function Body({ store }: { readonly store: StoreDetail }) {
  const t = useTexts(channelTexts);
  const [tab, setTab] = useState<"route" | "listings" | "freight" | "links">("route");
  return (
    <>
      <About store={store} />
      <Tabs
        label={t("store.parts")}
        tabs={[
          { key: "route", text: t("route") },
          ...(store.isOwn
            ? [
                { key: "listings" as const, text: t("listings") },
                { key: "freight" as const, text: t("freight") },
                { key: "links" as const, text: t("links") },
              ]
            : []),
        ]}
        active={tab}
        onChange={setTab}
      >
        {tab === "route" && <Route store={store} />}
        {tab === "listings" && <Listings store={store} />}
        {tab === "freight" && <Freight store={store} />}
        {tab === "links" && <Links store={store} />}
      </Tabs>
    </>
  );
}

function About({ store }: { readonly store: StoreDetail }) {
  const t = useTexts(channelTexts);
  const name = useName();
  const ways = [
    store.offersDelivery && t("offersDelivery"),
    store.offersPickup && t("offersPickup"),
  ].filter(Boolean);
  const place = store.latitude == null ? null : `${store.latitude}, ${store.longitude ?? ""}`;
  return (
    <Facts
      items={[
        { term: t("state"), value: <StoreState store={store} /> },
        { term: t("organization"), value: name(store.organization) },
        { term: t("legalEntity"), value: name(store.legalEntity) },
        { term: t("collector"), value: name(collectorOf(store)) },
        { term: t("region"), value: store.region || "–" },
        { term: t("address"), value: store.address || "–" },
        { term: t("phone"), value: store.phone || "–" },
        { term: t("openingHours"), value: store.openingHours || "–" },
        { term: t("place"), value: place ?? "–" },
        { term: t("delivery"), value: ways.join(" · ") || "–" },
        { term: t("miniProgram"), value: store.miniProgram?.name ?? "–" },
      ]}
    />
  );
}
