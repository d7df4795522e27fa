// Loaded by the pages that draw: `const Chart = lazy(() => import(".../components/Chart"))`.

import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type ReactNode, useEffect, useRef } from "react";

import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const COLOURS = ["#16406f", "#b5730e", "#2c8265", "#a3241d", "#6b5aa0"];

/** A drawing of what `table` says exactly: whoever cannot see it opens the table. */
export default function Chart({
  label,
  option,
  table,
  height = 280,
}: {
  /** What is to be seen, in a sentence. */
  readonly label: string;
  readonly option: EChartsCoreOption;
  readonly table: ReactNode;
  readonly height?: number;
}) {
  const t = useTexts(commonTexts);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const chart = init(place.current, null, { renderer: "svg" });
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    chart.setOption({
      color: COLOURS,
      animation: !calm,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 8, top: 36, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis" },
      ...option,
    });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [option]);
  return (
    <figure className="chart">
      <div ref={place} role="img" aria-label={label} style={{ height }} />
      <details>
        <summary>{t("chartTable")}</summary>
        {table}
      </details>
    </figure>
  );
}
