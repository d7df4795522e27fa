import { useState } from "react";

import { usePermissions } from "../../app/session";
import { ReplenishmentForecastDocument, type SkuNameFragment } from "../../gql/graphql";
import {
  Button,
  DataTable,
  DateText,
  Empty,
  Facts,
  IntentProblems,
  Notice,
  Quantity,
  Section,
  useName,
} from "../../shared/components";
import { useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { DemandChart } from "./DemandChart";
import { demandTexts } from "./demandTexts";
import { shortened } from "./lines";
import { type Demand, type Point, daysOf, weeksOf } from "./series";

// Whole weeks: of a part of one, fewer units would look like a fall.
const AHEAD_DAYS = 28;

/** The picture, its table, and how what is expected was reckoned. */
export function DemandOfSku({
  sku,
  demand,
  from,
  to,
  isByWeek,
}: {
  readonly sku: SkuNameFragment;
  readonly demand: Demand;
  readonly from: string;
  readonly to: string;
  readonly isByWeek: boolean;
}) {
  const t = useTexts(demandTexts);
  const name = useName();
  const days = daysOf(demand, from, to, AHEAD_DAYS);
  const points = isByWeek ? weeksOf(days, to) : days;
  const isNothing = demand.days.length === 0 && demand.forecasts.length === 0;
  return (
    <>
      <Section title={`${sku.code} ${name(sku)}`} actions={<MakeForecast skuId={sku.id} />}>
        <Facts
          items={[
            {
              term: t("cover"),
              value:
                demand.daysOfCover == null
                  ? t("cover.none")
                  : t("days", { days: shortened(demand.daysOfCover) }),
            },
          ]}
        />
        {isNothing ? (
          <Empty>{t("none")}</Empty>
        ) : (
          <>
            <DemandChart
              label={t("chart", { code: sku.code })}
              unit={sku.baseUnit}
              points={points}
            />
            {demand.forecasts.length > 1 && <p className="report-note">{t("together")}</p>}
            <details className="demand-table">
              <summary>{t("table")}</summary>
              <PointsTable points={points} unit={sku.baseUnit} isByWeek={isByWeek} />
            </details>
          </>
        )}
      </Section>
      <Forecasts demand={demand} />
    </>
  );
}

function PointsTable({
  points,
  unit,
  isByWeek,
}: {
  readonly points: readonly Point[];
  readonly unit: string;
  readonly isByWeek: boolean;
}) {
  const t = useTexts(demandTexts);
  const figure = (value: number | null) => (value === null ? "–" : value.toFixed(1));
  return (
    <DataTable
      caption={t("table")}
      rows={points}
      rowKey={({ on }) => on}
      columns={[
        {
          key: "on",
          title: t(isByWeek ? "week" : "on"),
          render: ({ on }) => <DateText value={on} />,
        },
        {
          key: "sold",
          title: t("sold"),
          align: "end",
          render: ({ sold }) => <Quantity value={sold} unit={unit} />,
        },
        {
          key: "sellIn",
          title: t("sellIn"),
          align: "end",
          render: ({ sellIn }) => <Quantity value={sellIn} />,
        },
        {
          key: "returned",
          title: t("returned"),
          align: "end",
          isWideOnly: true,
          render: ({ returned }) => <Quantity value={returned} />,
        },
        { key: "mean", title: t("forecast"), align: "end", render: ({ mean }) => figure(mean) },
        {
          key: "interval",
          title: t("interval"),
          align: "end",
          render: ({ low, high }) => (low === null ? "–" : `${figure(low)} – ${figure(high)}`),
        },
        {
          key: "marks",
          title: t("marks"),
          render: ({ isPromoted, isUnknown }) =>
            [isPromoted && t("promoted"), isUnknown && t("unknown")].filter(Boolean).join(" · ") ||
            "–",
        },
      ]}
    />
  );
}

function Forecasts({ demand }: { readonly demand: Demand }) {
  const t = useTexts(demandTexts);
  const name = useName();
  return (
    <Section title={t("forecasts")}>
      {demand.forecasts.length === 0 ? (
        <Empty>{t("forecast.none")}</Empty>
      ) : (
        <DataTable
          caption={t("forecasts")}
          rows={demand.forecasts}
          rowKey={({ warehouse, method }) => warehouse?.id ?? method}
          columns={[
            { key: "warehouse", title: t("warehouse"), render: (one) => name(one.warehouse) },
            { key: "method", title: t("method"), render: (one) => one.methodLabel },
            {
              key: "mase",
              title: t("mase"),
              align: "end",
              render: ({ mase }) => (
                <span title={t("mase.text")}>{mase == null ? "–" : shortened(mase, 3)}</span>
              ),
            },
            {
              key: "bias",
              title: t("bias"),
              align: "end",
              render: ({ bias }) => (bias == null ? "–" : shortened(bias, 3)),
            },
            {
              key: "errors",
              title: t("errors"),
              isWideOnly: true,
              render: ({ errors }) =>
                errors.map(({ label, mase }) => `${label} ${shortened(mase, 2)}`).join(" · "),
            },
            {
              key: "made",
              title: t("madeAt"),
              render: ({ madeAt }) => <DateText value={madeAt} isSince />,
            },
          ]}
        />
      )}
    </Section>
  );
}

function MakeForecast({ skuId }: { readonly skuId: string }) {
  const t = useTexts(demandTexts);
  const may = usePermissions();
  const [isMade, setIsMade] = useState(false);
  const intent = useIntent(ReplenishmentForecastDocument, "forecastMake", {
    touches: ["REPLENISHMENT"],
    onDone: () => setIsMade(true),
  });
  if (!may("REPLENISHMENT_MANAGE")) return null;
  return (
    <>
      {isMade && <Notice kind="good">{t("made")}</Notice>}
      <IntentProblems intent={intent} />
      <Button isBusy={intent.isRunning} onClick={() => void intent.run({ skuIds: [skuId] })}>
        {t("make")}
      </Button>
    </>
  );
}
