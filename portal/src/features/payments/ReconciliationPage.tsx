import { useSearchParams } from "react-router";

import { DifferencesDocument, ProviderBillsDocument } from "../../gql/graphql";
import { DateText, Empty, Money, Page, PagedTable, Tabs } from "../../shared/components";
import { usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { Differences } from "./Differences";
import { TroubledRefunds } from "./TroubledRefunds";
import { paymentTexts } from "./texts";

const PAGE_SIZE = 50;
const TABS = ["open", "refunds", "resolved", "bills"] as const;

/** What the payment provider says of each day, and in what our books differ. */
export default function ReconciliationPage() {
  const t = useTexts(paymentTexts);
  const [parameters, setParameters] = useSearchParams();
  const active = TABS.find((tab) => tab === parameters.get("tab")) ?? "open";
  return (
    <Page title={t("title")}>
      <Tabs
        label={t("parts")}
        tabs={TABS.map((key) => ({ key, text: t(`tab.${key}`) }))}
        active={active}
        onChange={(tab) => setParameters({ tab }, { replace: true })}
      >
        {active === "bills" && <Bills />}
        {active === "refunds" && <TroubledRefunds />}
        {(active === "open" || active === "resolved") && (
          <Found key={active} isOpen={active === "open"} />
        )}
      </Tabs>
    </Page>
  );
}

function Found({ isOpen }: { readonly isOpen: boolean }) {
  const t = useTexts(paymentTexts);
  const pages = usePages({
    kinds: ["RECONCILIATION", "SALE"],
    document: DifferencesDocument,
    variables: { isOpen, first: PAGE_SIZE },
    connection: (result) => result.differences,
  });
  return (
    <Differences
      pages={pages}
      empty={<Empty>{t(isOpen ? "open.empty" : "resolved.empty")}</Empty>}
    />
  );
}

function Bills() {
  const t = useTexts(paymentTexts);
  const pages = usePages({
    kinds: ["RECONCILIATION"],
    document: ProviderBillsDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.providerBills,
  });
  return (
    <PagedTable
      caption={t("tab.bills")}
      pages={pages}
      rowKey={({ merchantId, day }) => `${merchantId} ${day}`}
      rowHref={({ merchantId, day }) =>
        `/reconciliation/${encodeURIComponent(`${merchantId}~${day}`)}`
      }
      empty={<Empty>{t("bills.empty")}</Empty>}
      columns={[
        { key: "day", title: t("day"), render: ({ day }) => <DateText value={day} /> },
        { key: "merchant", title: t("merchant"), render: ({ merchantId }) => merchantId },
        {
          key: "payments",
          title: t("payments"),
          align: "end",
          render: ({ paymentAmount }) => <Money value={paymentAmount} />,
        },
        {
          key: "refunds",
          title: t("refunds"),
          align: "end",
          render: ({ refundAmount }) => <Money value={refundAmount} />,
        },
        { key: "fee", title: t("fee"), align: "end", render: ({ fee }) => <Money value={fee} /> },
        {
          key: "reconciled",
          title: t("reconciled"),
          isWideOnly: true,
          render: ({ reconciledAt }) =>
            reconciledAt == null ? t("reconciled.no") : <DateText value={reconciledAt} />,
        },
      ]}
    />
  );
}
