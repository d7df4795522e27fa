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
import { AfterSales, Lines, Refunds, Shipments } from "./SaleTables";
import "./sale.css";
import { SaleSteps } from "./steps/SaleSteps";
import { shoppingTexts } from "./texts";
import { MoneyTrail } from "./trail/MoneyTrail";

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
          <SaleSteps sale={sale} />
          <About sale={sale} />
          {sale.afterSales.length > 0 && <AfterSales sale={sale} />}
          <Lines sale={sale} />
          {sale.moneyTrail && <MoneyTrail trail={sale.moneyTrail} />}
          <Shipments sale={sale} />
          <Refunds sale={sale} />
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
        ...(sale.total
          ? [
              { term: t("goods"), value: <Money value={sale.goodsAmount} /> },
              { term: t("coupon"), value: <Money value={sale.couponAmount} /> },
              { term: t("freight"), value: <Money value={sale.freightAmount} /> },
              { term: t("total"), value: <Money value={sale.total} /> },
              { term: t("refunded"), value: <Money value={sale.refundedAmount} /> },
            ]
          : []),
        { term: t("placed"), value: <DateText value={sale.placedAt} /> },
        sale.state === "TO_PAY"
          ? { term: t("expires"), value: <DateText value={sale.expiresAt} /> }
          : { term: t("paid"), value: <DateText value={sale.paidAt} /> },
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

/** What happened, newest first. */
function TimeLine({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  return (
    <Section title={t("timeline")}>
      <ol className="sale-timeline" reversed>
        {sale.events.toReversed().map((event) => (
          <li key={`${event.step} ${event.occurredAt}`}>
            <span>{t(`by.${event.step}` as "by.place")}</span>
            <span className="sale-when">
              {event.isByConsumer && `${t("consumer")} · `}
              {event.organization && `${name(event.organization)} · `}
              <DateText value={event.occurredAt} />
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
