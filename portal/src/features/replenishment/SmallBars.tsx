import { useTexts } from "../../shared/i18n/i18n";
import { supplyTexts } from "./supplyTexts";

const WIDTH = 220;
const HEIGHT = 104;
const FOOT = 16;
const HEAD = 18;

/** A few bars side by side, one a month; what each says is told with them. */
export function SmallBars({
  title,
  most,
  bars,
}: {
  readonly title: string;
  /** What a full bar is; null for the highest of them. */
  readonly most: number | null;
  readonly bars: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly text: string;
    /** What stands above the bar. */
    readonly figure: string;
  }[];
}) {
  const t = useTexts(supplyTexts);
  const top = most ?? Math.max(...bars.map(({ value }) => Number(value ?? 0)), 1);
  const slot = WIDTH / Math.max(bars.length, 1);
  const values = bars.map(({ name, text }) => `${name} ${text}`).join(", ");
  return (
    <figure className="small-bars">
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t("chart.of", { figure: title, values })}
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} className="demand-grid" />
        {bars.map(({ name, value, text, figure }, index) => {
          const height = ((HEIGHT - FOOT - HEAD) * Math.min(Number(value ?? 0), top)) / top;
          return (
            <g key={name}>
              <rect
                x={slot * index + slot * 0.2}
                y={HEIGHT - FOOT - height}
                width={slot * 0.6}
                height={height}
                className="demand-bar"
              >
                <title>{`${name}: ${text}`}</title>
              </rect>
              <text
                x={slot * (index + 0.5)}
                y={HEIGHT - FOOT - height - 4}
                textAnchor="middle"
                className="demand-tick"
              >
                {figure}
              </text>
              <text
                x={slot * (index + 0.5)}
                y={HEIGHT - 3}
                textAnchor="middle"
                className="demand-tick"
              >
                {name.slice(5)}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
