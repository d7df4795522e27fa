import { useParams } from "react-router";

import { type BillPartsFragment, ReconciliationDayDocument } from "../../gql/graphql";
import { DateText, Empty, ErrorState, Facts, Loading, Money, Page, Section } from "../../shared/components";
import { useGraph, usePages } from "../../shared/graph/hooks";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { Differences } from "./Differences";
import { paymentTexts } from "./texts";

const PAGE_SIZE = 50;
const NO_PAGE = { edges: [], pageInfo: { hasNextPage: false } } as const;

/** One day of one merchant: the bill, and each difference. */
export default function ReconciliationDayPage() {
  const t = useTexts(paymentTexts);
  const { day: dayText } = useFormat();
  const { id = "" } = useParams();
  const [merchantId = "", day = ""] = id.split("~");
  const asked = useGraph({
    kinds: ["RECONCILIATION"],
    document: ReconciliationDayDocument,
    variables: { merchantId, day, first: 1 },
  });
  const pages = usePages({
    kinds: ["RECONCILIATION"],
    document: ReconciliationDayDocument,
    variables: { merchantId, day, first: PAGE_SIZE },
    connection: (result) => result.reconciliation.differences ?? NO_PAGE,
  });
  const bill = asked.data?.reconciliation.bill;
  return (
    <Page
      title={t("day.title", { day: /^\d{4}-\d\d-\d\d$/.test(day) ? dayText(day) : day })}
      subtitle={merchantId}
      breadcrumbs={[{ to: "/reconciliation?tab=bills", text: t("title") }]}
    >
      <Section title={t("bill")}>
        {asked.isPending && <Loading rows={2} onRetry={() => void asked.refetch()} />}
        {asked.error && !asked.data && (
          <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
        )}
        {asked.data && !bill && <Empty>{t("bill.none")}</Empty>}
        {bill && <Bill bill={bill} />}
      </Section>
      <Section title={t("differences")}>
        <Differences pages={pages} empty={<Empty>{t("day.empty")}</Empty>} />
      </Section>
    </Page>
  );
}

function Bill({ bill }: { readonly bill: BillPartsFragment }) {
  const t = useTexts(paymentTexts);
  const { money } = useFormat();
  return (
    <Facts
      items={[
        {
          term: t("payments"),
          value: `${money(bill.paymentAmount)} · ${t("count", { count: bill.paymentCount })}`,
        },
        {
          term: t("refunds"),
          value: `${money(bill.refundAmount)} · ${t("count", { count: bill.refundCount })}`,
        },
        { term: t("fee"), value: <Money value={bill.fee} /> },
        {
          term: t("reconciled"),
          value:
            bill.reconciledAt == null ? (
              t("reconciled.no")
            ) : (
              <DateText value={bill.reconciledAt} />
            ),
        },
      ]}
    />
  );
}
