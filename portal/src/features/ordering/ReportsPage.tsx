import { Suspense, lazy } from "react";
import { useSearchParams } from "react-router";

import { useSession } from "../../app/session";
import { type OrderSide, TradeReportsDocument } from "../../gql/graphql";
import {
  Button,
  Empty,
  ErrorState,
  Loading,
  Page,
  SelectField,
} from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { Report } from "./reports/Report";
import "./reports/reports.css";
import { reportTexts } from "./reports/texts";

const PartnerSelect = lazy(() => import("../../shared/antd/PartnerSelect"));
const MONTHS = [3, 6, 12, 24, 36];
const MONTHS_AT_FIRST = 12;

/** What whom one acts for has bought or sold over time. What it is narrowed to stands in the
 * address. */
export default function ReportsPage() {
  const t = useTexts(reportTexts);
  const { side, relationshipId, months } = useScope();
  const query = useGraph({
    kinds: ["ORDER", "SHIPMENT"],
    document: TradeReportsDocument,
    variables: { side, relationshipId: relationshipId || null, months },
    keepsFormer: true,
  });
  const reports = query.data?.tradeReports;
  return (
    <Page
      title={t("title")}
      actions={<Button onClick={() => window.print()}>{t("print")}</Button>}
    >
      <Scope />
      {query.isPending && <Loading rows={10} onRetry={() => void query.refetch()} />}
      {query.error !== null && !reports && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {reports?.length === 0 && <Empty>{t("empty")}</Empty>}
      {reports?.map((report) => <Report key={report.currency} report={report} side={side} />)}
    </Page>
  );
}

function Scope() {
  const t = useTexts(reportTexts);
  const { may, sides } = useSession();
  const { side, relationshipId, months, change } = useScope();
  return (
    <div className="report-scope" role="group" aria-label={t("filters")}>
      {sides.buys && sides.sells && (
        <SelectField
          label={t("side")}
          options={(["BUYING", "SELLING"] as const).map((value) => ({
            value,
            text: t(`side.${value}`),
          }))}
          value={side}
          onText={(value) => change({ side: value, with: "" })}
        />
      )}
      {may("RELATIONSHIP_READ") && (
        <Suspense fallback={null}>
          <PartnerSelect
            label={t("relationship")}
            everybody={t("everybody")}
            side={side === "SELLING" ? "SELLER" : "BUYER"}
            value={relationshipId}
            onChange={(value) => change({ with: value })}
          />
        </Suspense>
      )}
      <SelectField
        label={t("months")}
        options={MONTHS.map((count) => ({
          value: String(count),
          text: t("monthsOf", { count }),
        }))}
        value={String(months)}
        onText={(value) => change({ months: value })}
      />
    </div>
  );
}

function useScope() {
  const { sides } = useSession();
  const [parameters, setParameters] = useSearchParams();
  const usual: OrderSide = sides.buys ? "BUYING" : "SELLING";
  const side = parameters.get("side");
  const months = Number(parameters.get("months"));
  return {
    side: side === "BUYING" || side === "SELLING" ? side : usual,
    relationshipId: parameters.get("with") ?? "",
    months: MONTHS.includes(months) ? months : MONTHS_AT_FIRST,
    change: (values: Readonly<Record<string, string>>) =>
      setParameters(
        (former) => {
          const next = new URLSearchParams(former);
          for (const [key, value] of Object.entries(values)) {
            if (value === "") next.delete(key);
            else next.set(key, value);
          }
          return next;
        },
        { replace: true },
      ),
  };
}
