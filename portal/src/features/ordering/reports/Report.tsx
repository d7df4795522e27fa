import { Suspense, lazy, useMemo } from "react";

import type { OrderSide } from "../../../gql/graphql";
import {
  type Column,
  DataTable,
  Facts,
  Loading,
  Money,
  Section,
  useName,
} from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useLocale, useTexts } from "../../../shared/i18n/i18n";
import { type TradeReport, fillOption, formatShare, monthsOption, topOption } from "./charts";
import { reportTexts } from "./texts";

const Chart = lazy(() => import("../../../shared/components/Chart"));

type Month = TradeReport["months"][number];
type Sku = TradeReport["topSkus"][number];

/** What was traded in one currency: in figures, over the months, and of what most. */
export function Report({
  report,
  side,
}: {
  readonly report: TradeReport;
  readonly side: OrderSide;
}) {
  const t = useTexts(reportTexts);
  const locale = useLocale();
  const { integer } = useFormat();
  return (
    <>
      <Section title={t("inCurrency", { currency: report.currency })}>
        <Facts
          items={[
            { term: t("orders"), value: integer(report.orderCount) },
            { term: t("ordered"), value: <Money value={report.ordered} /> },
            { term: t("received"), value: <Money value={report.received} /> },
            { term: t("fillRate"), value: formatShare(report.fillRate, locale) },
          ]}
        />
        <p className="report-note">{t("fillRateNote")}</p>
      </Section>
      <Suspense fallback={<Loading rows={8} />}>
        <div className="report-charts">
          <Months report={report} side={side} />
          <Top report={report} />
          <Fill report={report} />
        </div>
      </Suspense>
    </>
  );
}

function Months({ report, side }: { readonly report: TradeReport; readonly side: OrderSide }) {
  const t = useTexts(reportTexts);
  const locale = useLocale();
  const { integer } = useFormat();
  const option = useMemo(
    () => monthsOption(report, { ordered: t("ordered"), received: t("received") }, locale),
    [report, t, locale],
  );
  const columns: readonly Column<Month>[] = [
    { key: "month", title: t("month"), render: ({ month }) => month },
    {
      key: "orders",
      title: t("orders"),
      align: "end",
      render: ({ orderCount }) => integer(orderCount),
    },
    {
      key: "ordered",
      title: t("ordered"),
      align: "end",
      render: ({ ordered }) => <Money value={ordered} />,
    },
    {
      key: "received",
      title: t("received"),
      align: "end",
      render: ({ received }) => <Money value={received} />,
    },
  ];
  return (
    <div className="report-wide">
      <Section title={t(`months.${side}`)}>
        <Chart
          label={t("months.label")}
          option={option}
          table={
            <DataTable
              caption={t(`months.${side}`)}
              columns={columns}
              rows={report.months}
              rowKey={({ month }) => month}
            />
          }
        />
      </Section>
    </div>
  );
}

function Top({ report }: { readonly report: TradeReport }) {
  const t = useTexts(reportTexts);
  const locale = useLocale();
  const { decimal } = useFormat();
  const name = useName();
  const option = useMemo(() => {
    const nameOf = (sku: Sku) => (locale === "en" && sku.skuNameEn) || sku.skuName;
    return topOption(report, nameOf, t("amount"), locale);
  }, [report, t, locale]);
  const columns: readonly Column<Sku>[] = [
    {
      key: "sku",
      title: t("sku"),
      render: ({ skuName, skuNameEn }) => name({ name: skuName, nameEn: skuNameEn }),
    },
    { key: "code", title: t("code"), render: ({ skuCode }) => skuCode },
    {
      key: "quantity",
      title: t("quantity"),
      align: "end",
      render: ({ quantity, baseUnit }) => `${decimal(quantity)} ${baseUnit}`,
    },
    {
      key: "amount",
      title: t("amount"),
      align: "end",
      render: ({ amount }) => <Money value={amount} />,
    },
  ];
  return (
    <Section title={t("top.title")}>
      <Chart
        label={t("top.label")}
        option={option}
        height={320}
        table={
          <DataTable
            caption={t("top.title")}
            columns={columns}
            rows={report.topSkus}
            rowKey={({ skuCode }) => skuCode}
          />
        }
      />
    </Section>
  );
}

function Fill({ report }: { readonly report: TradeReport }) {
  const t = useTexts(reportTexts);
  const locale = useLocale();
  const option = useMemo(() => fillOption(report, t("fillRate"), locale), [report, t, locale]);
  const columns: readonly Column<Month>[] = [
    { key: "month", title: t("month"), render: ({ month }) => month },
    {
      key: "fillRate",
      title: t("fillRate"),
      align: "end",
      render: ({ fillRate }) => formatShare(fillRate, locale),
    },
  ];
  return (
    <Section title={t("fill.title")}>
      <Chart
        label={t("fill.label")}
        option={option}
        height={320}
        table={
          <DataTable
            caption={t("fill.title")}
            columns={columns}
            rows={report.months}
            rowKey={({ month }) => month}
          />
        }
      />
    </Section>
  );
}
