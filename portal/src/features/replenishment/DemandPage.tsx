import { useSearchParams } from "react-router";

import { ReplenishmentDemandDocument } from "../../gql/graphql";
import { Empty, ErrorState, Loading, Page, SelectField } from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { TRADE_ZONE } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { SkuPicker } from "../catalog/SkuPicker";
import { useWarehouseChoices } from "./choices";
import { DemandOfSku } from "./DemandOfSku";
import { demandTexts } from "./demandTexts";
import "./replenishment.css";
import { dayAfter } from "./series";

const SPANS = ["30", "60", "90"] as const;
const SHOWN = { day: "day", week: "week" } as const;

/** What consumers bought of a SKU, over all who sell on, and what is expected. */
export default function DemandPage() {
  const t = useTexts(demandTexts);
  const [parameters, setParameters] = useSearchParams();
  const skuId = parameters.get("sku") ?? "";
  const warehouseId = parameters.get("warehouse") ?? "";
  const span = SPANS.find((one) => one === parameters.get("span")) ?? "60";
  const by = parameters.get("by") === "week" ? SHOWN.week : SHOWN.day;
  const put = (key: string, value: string) => {
    const next = new URLSearchParams(parameters);
    next.set(key, value);
    setParameters(next, { replace: true });
  };
  const to = yesterday();
  const from = dayAfter(to, 1 - Number(span));
  const warehouses = useWarehouseChoices();
  const asked = useGraph({
    kinds: ["REPLENISHMENT", "ORDER", "SALE", "STOCK"],
    document: ReplenishmentDemandDocument,
    variables: { skuId, warehouseId: warehouseId || null, from, to },
    enabled: skuId !== "",
    keepsFormer: true,
  });
  return (
    <Page title={t("title")}>
      <div className="demand-tools" role="search">
        <SkuPicker label={t("sku")} onPick={(sku) => put("sku", sku.id)} />
        <SelectField
          label={t("warehouse")}
          options={[{ value: "", text: t("all") }, ...warehouses]}
          value={warehouseId}
          onText={(value) => put("warehouse", value)}
        />
        <SelectField
          label={t("span")}
          options={SPANS.map((value) => ({ value, text: t(`span.${value}`) }))}
          value={span}
          onText={(value) => put("span", value)}
        />
        <SelectField
          label={t("by")}
          options={Object.values(SHOWN).map((value) => ({ value, text: t(`by.${value}`) }))}
          value={by}
          onText={(value) => put("by", value)}
        />
      </div>
      {skuId === "" && <Empty>{t("choose")}</Empty>}
      {skuId !== "" && asked.isPending && (
        <Loading rows={8} onRetry={() => void asked.refetch()} />
      )}
      {asked.error && !asked.data && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && asked.data.sku == null && <Empty>{t("missing")}</Empty>}
      {asked.data?.sku != null && skuId !== "" && (
        <DemandOfSku
          sku={asked.data.sku}
          demand={asked.data.demand}
          from={from}
          to={to}
          isByWeek={by === "week"}
        />
      )}
    </Page>
  );
}

/** The last day that is over, by the clock of the trade. */
function yesterday(): string {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: TRADE_ZONE }).format(new Date());
  return dayAfter(today, -1);
}
