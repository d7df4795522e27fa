import { useParams } from "react-router";

import { StoreSalePageDocument, type StoreSalePageQuery } from "../../gql/graphql";
import {
  DateText,
  Empty,
  ErrorState,
  Facts,
  Loading,
  Money,
  Page,
  Section,
  useName,
} from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { SaleState } from "./SaleState";
import { AfterSales, Lines, Shipments } from "./SaleTables";
import { shoppingTexts } from "./texts";

export type StoreSale = NonNullable<StoreSalePageQuery["sale"]>;

/** One sale of a store: what was bought, from whose stock, and what became of it. */
export default function StoreSalePage() {
  const t = useTexts(shoppingTexts);
  const { id = "" } = useParams();
  const asked = useGraph({
    kinds: ["SALE"],
    document: StoreSalePageDocument,
    variables: { id },
  });
  const sale = asked.data?.sale;
  return (
    <Page
      title={sale?.number ?? t("sales.title")}
      breadcrumbs={[{ to: "/store-sales", text: t("sales.title") }]}
    >
      {asked.isPending && <Loading rows={8} onRetry={() => void asked.refetch()} />}
      {asked.error && !sale && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !sale && <Empty>{t("sale.notFound")}</Empty>}
      {sale && (
        <>
          <About sale={sale} />
          <Lines sale={sale} />
          <Shipments sale={sale} />
          <AfterSales sale={sale} />
          <TimeLine sale={sale} />
        </>
      )}
    </Page>
  );
}

function About({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  const role = sale.tier === 0 ? t("role.store") : t("role.seller", { tier: sale.tier });
  const { shipTo } = sale;
  return (
    <Facts
      items={[
        { term: t("state"), value: <SaleState state={sale.state} /> },
        { term: t("store"), value: name(sale.store) },
        {
          term: t("role"),
          value: sale.isCollector ? `${role} · ${t("role.collector")}` : role,
        },
        { term: t("net"), value: <Money value={sale.netToMe} /> },
        { term: t("total"), value: <Money value={sale.total} /> },
        { term: t("placed"), value: <DateText value={sale.placedAt} /> },
        { term: t("paid"), value: <DateText value={sale.paidAt} /> },
        { term: t("delivery"), value: t(`delivery.${sale.delivery}`) },
        { term: t("region"), value: sale.shipToRegion || "–" },
        {
          term: t("recipient"),
          value: shipTo
            ? [shipTo.recipient, shipTo.phone, shipTo.detail].filter(Boolean).join(" · ")
            : "–",
        },
        { term: t("note"), value: sale.note || "–" },
      ]}
    />
  );
}

function TimeLine({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  return (
    <Section title={t("timeline")}>
      <ol reversed>
        {sale.events.toReversed().map((event) => (
          <li key={`${event.step} ${event.occurredAt}`}>
            <SaleState state={event.state} /> <DateText value={event.occurredAt} />
            {event.isByConsumer && ` · ${t("consumer")}`}
            {event.organization && ` · ${name(event.organization)}`}
          </li>
        ))}
      </ol>
    </Section>
  );
}
