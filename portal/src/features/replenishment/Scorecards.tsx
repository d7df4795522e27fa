import {
  ReplenishmentPartnersDocument,
  ReplenishmentScorecardsDocument,
  type ReplenishmentScorecardsQuery,
  type ScorecardPartsFragment,
} from "../../gql/graphql";
import {
  DataTable,
  Empty,
  ErrorState,
  Facts,
  Loading,
  Quantity,
  Section,
  useName,
} from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { TRADE_ZONE } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { shortened } from "./lines";
import { SmallBars } from "./SmallBars";
import { supplyTexts } from "./supplyTexts";

type Card = ReplenishmentScorecardsQuery["scorecards"][number];
type Figures = ScorecardPartsFragment;

const MONTHS = 6;

/** Of each edge on one side: how much came in time, how long it took, and what was wrong. */
export function Scorecards({ side }: { readonly side: "buying" | "selling" }) {
  const t = useTexts(supplyTexts);
  const partners = useGraph({
    kinds: ["RELATIONSHIP"],
    document: ReplenishmentPartnersDocument,
    variables: { side: side === "buying" ? "BUYER" : "SELLER" },
  });
  const ids = partners.data?.relationships.edges.map(({ node }) => node.id) ?? [];
  const asked = useGraph({
    kinds: ["ORDER", "SHIPMENT"],
    document: ReplenishmentScorecardsDocument,
    variables: { relationshipIds: ids, ...lastMonths() },
    enabled: ids.length > 0,
  });
  const error = partners.error ?? asked.error;
  if (error) {
    return <ErrorState error={error} onRetry={() => void (partners.error ? partners : asked).refetch()} />;
  }
  if (partners.isPending || (ids.length > 0 && asked.isPending)) return <Loading rows={6} />;
  const cards = asked.data?.scorecards ?? [];
  if (cards.length === 0) return <Empty>{t(`${side}.empty`)}</Empty>;
  return (
    <div className="proposals">
      <p className="report-note">{t("scorecard.text")}</p>
      {cards.map((card, index) => (
        <Scorecard key={card.relationship?.id ?? index} card={card} side={side} />
      ))}
    </div>
  );
}

function Scorecard({ card, side }: { readonly card: Card; readonly side: "buying" | "selling" }) {
  const t = useTexts(supplyTexts);
  const name = useName();
  const say = useFigures();
  const { relationship, total, months } = card;
  const rows = [
    ...months.map(({ month, figures }) => ({ month, figures })),
    { month: t("total"), figures: total },
  ];
  return (
    <Section title={name(side === "buying" ? relationship?.seller : relationship?.buyer)}>
      <Facts
        items={[
          { term: t("fillRate"), value: say.share(total.fillRate) },
          { term: t("onTime"), value: say.share(total.onTimeRate) },
          { term: t("leadTime"), value: say.leadTime(total) },
          { term: t("confirmation"), value: say.hours(total.confirmationHours) },
          { term: t("short"), value: say.share(total.shortRate) },
          { term: t("damaged"), value: say.share(total.damagedRate) },
        ]}
      />
      <div className="scorecard-charts">
        {(["fillRate", "onTimeRate", "leadTimeDays"] as const).map((key) => (
          <SmallBars
            key={key}
            title={t(`chart.${key}`)}
            most={key === "leadTimeDays" ? null : 1}
            bars={months.map(({ month, figures }) => ({
              name: month,
              value: figures[key] ?? null,
              text: key === "leadTimeDays" ? say.leadTime(figures) : say.share(figures[key]),
              figure: say.short(figures[key], key === "leadTimeDays" ? 1 : 100),
            }))}
          />
        ))}
      </div>
      <details className="demand-table">
        <summary>{t("byMonth")}</summary>
        <DataTable
          caption={t("byMonth")}
          rows={rows}
          rowKey={({ month }) => month}
          columns={[
            { key: "month", title: t("month"), render: ({ month }) => month },
            {
              key: "orders",
              title: t("orders"),
              align: "end",
              render: ({ figures }) => figures.orderCount,
            },
            {
              key: "due",
              title: t("due"),
              align: "end",
              render: ({ figures }) => <Quantity value={Number(figures.dueQuantity)} />,
            },
            {
              key: "fill",
              title: t("fillRate"),
              align: "end",
              render: ({ figures }) => say.share(figures.fillRate),
            },
            {
              key: "onTime",
              title: t("onTime"),
              align: "end",
              render: ({ figures }) => say.share(figures.onTimeRate),
            },
            {
              key: "lead",
              title: t("leadTime"),
              align: "end",
              render: ({ figures }) => say.leadTime(figures),
            },
            {
              key: "short",
              title: t("short"),
              align: "end",
              render: ({ figures }) => say.share(figures.shortRate),
            },
            {
              key: "damaged",
              title: t("damaged"),
              align: "end",
              render: ({ figures }) => say.share(figures.damagedRate),
            },
          ]}
        />
      </details>
    </Section>
  );
}

/** Figures as people read them: shares as parts of a hundred, days with their spread. */
function useFigures() {
  const t = useTexts(supplyTexts);
  return {
    share: (share: string | null | undefined) =>
      share == null ? "–" : `${shortened((Number(share) * 100).toFixed(2), 2)} %`,
    /** As it stands above a bar. */
    short: (figure: string | null | undefined, times: number) =>
      figure == null ? "–" : shortened((Number(figure) * times).toFixed(1)),
    leadTime: ({ leadTimeDays, leadTimeSpreadDays }: Figures) =>
      leadTimeDays == null
        ? "–"
        : t("leadTime.value", {
            days: shortened(leadTimeDays),
            spread: shortened(leadTimeSpreadDays ?? "0"),
          }),
    hours: (hours: string | null | undefined) =>
      hours == null ? "–" : t("hours", { hours: shortened(hours) }),
  };
}

/** From the first of the month five months ago until today, by the clock of the trade. */
function lastMonths(): { readonly from: string; readonly to: string } {
  const to = new Intl.DateTimeFormat("en-CA", { timeZone: TRADE_ZONE }).format(new Date());
  const [year = 0, month = 1] = to.split("-").map(Number);
  const from = new Date(Date.UTC(year, month - MONTHS, 1)).toISOString().slice(0, 10);
  return { from, to };
}
