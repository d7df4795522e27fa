import { type ReactNode, useId } from "react";

import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { demandTexts } from "./demandTexts";
import type { Point } from "./series";

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 48;
const TOP = 44;
const BOTTOM = 34;
const TICKS = 4;
const LABELS_MAX = 8;

/** Bars of what was sold, a line and a band of what is expected. The table says it exactly. */
export function DemandChart({
  label,
  unit,
  points,
}: {
  readonly label: string;
  readonly unit: string;
  readonly points: readonly Point[];
}) {
  const t = useTexts(demandTexts);
  const { day } = useFormat();
  const told = (point: Point) =>
    [
      point.sold !== null && `${t("sold")} ${point.sold}`,
      point.sellIn > 0 && `${t("sellIn")} ${point.sellIn}`,
      point.mean !== null &&
        `${t("forecast")} ${point.mean.toFixed(1)} (${point.low?.toFixed(1)} – ${point.high?.toFixed(1)})`,
      point.isUnknown && t("unknown"),
      point.isPromoted && t("promoted"),
    ]
      .filter(Boolean)
      .join(", ");
  const hatch = useId();
  const top = topOf(points);
  const slot = (WIDTH - LEFT) / Math.max(points.length, 1);
  const x = (index: number) => LEFT + slot * (index + 0.5);
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const expected = points.flatMap((point, index) =>
    point.mean === null ? [] : [{ at: x(index), ...point, mean: point.mean }],
  );
  const band = [
    ...expected.map(({ at, high }) => `${at},${y(high ?? 0)}`),
    ...expected.toReversed().map(({ at, low }) => `${at},${y(low ?? 0)}`),
  ].join(" ");
  const every = Math.max(1, Math.ceil(points.length / LABELS_MAX));
  return (
    <figure className="demand-chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <Hatch id={hatch} />
        <text x={LEFT - 6} y={TOP - 22} textAnchor="end" className="demand-tick">
          {unit}
        </text>
        {Array.from({ length: TICKS + 1 }, (_, tick) => (top / TICKS) * tick).map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} className="demand-grid" />
            <text x={LEFT - 6} y={y(value) + 4} textAnchor="end" className="demand-tick">
              {value}
            </text>
          </g>
        ))}
        {points.map((point, index) => (
          <g key={point.on}>
            {point.isUnknown && (
              <rect
                x={x(index) - slot / 2}
                y={TOP}
                width={slot}
                height={HEIGHT - TOP - BOTTOM}
                fill={`url(#${CSS.escape(hatch)})`}
              />
            )}
            {point.sellIn > 0 && (
              <rect
                x={x(index) - slot * 0.46}
                y={y(point.sellIn)}
                width={slot * 0.92}
                height={y(0) - y(point.sellIn)}
                className="demand-sell-in"
              />
            )}
            {point.sold !== null && point.sold > 0 && (
              <rect
                x={x(index) - slot * 0.36}
                y={y(point.sold)}
                width={slot * 0.72}
                height={y(0) - y(point.sold)}
                className="demand-bar"
              />
            )}
            {point.isPromoted && (
              <path d={`M${x(index) - 5} ${TOP - 12}h10l-5 8z`} className="demand-promoted" />
            )}
            {index % every === 0 && (
              <text x={x(index)} y={HEIGHT - 8} textAnchor="middle" className="demand-tick">
                {point.on.slice(5)}
              </text>
            )}
            <rect x={x(index) - slot / 2} y={0} width={slot} height={HEIGHT} fill="transparent">
              <title>{`${day(point.on)}: ${told(point)}`}</title>
            </rect>
          </g>
        ))}
        {expected.length > 0 && (
          <>
            <polygon points={band} className="demand-band" />
            <polyline
              points={expected.map(({ at, mean }) => `${at},${y(mean)}`).join(" ")}
              className="demand-line"
            />
          </>
        )}
      </svg>
      <figcaption>
        <Legend points={points} />
      </figcaption>
    </figure>
  );
}

/** What is drawn, each with a sample of itself; of marks, those that occur. */
function Legend({ points }: { readonly points: readonly Point[] }) {
  const t = useTexts(demandTexts);
  const hatch = useId();
  const has = (what: (point: Point) => boolean) => points.some(what);
  return (
    <ul className="demand-legend">
      <li>
        <Sample>
          <rect x="6" y="2" width="8" height="12" className="demand-bar" />
        </Sample>
        {t("sold")}
      </li>
      {has(({ sellIn }) => sellIn > 0) && (
        <li>
          <Sample>
            <rect x="5" y="2" width="10" height="12" className="demand-sell-in" />
          </Sample>
          {t("sellIn")}
        </li>
      )}
      {has(({ mean }) => mean !== null) && (
        <>
          <li>
            <Sample>
              <path d="M0 8H20" className="demand-line" />
            </Sample>
            {t("forecast")}
          </li>
          <li>
            <Sample>
              <rect y="2" width="20" height="12" className="demand-band" />
            </Sample>
            {t("interval")}
          </li>
        </>
      )}
      {has(({ isUnknown }) => isUnknown) && (
        <li>
          <Sample>
            <Hatch id={hatch} />
            <rect y="1" width="20" height="14" fill={`url(#${CSS.escape(hatch)})`} />
          </Sample>
          {t("unknown")}
        </li>
      )}
      {has(({ isPromoted }) => isPromoted) && (
        <li>
          <Sample>
            <path d="M5 4h10l-5 8z" className="demand-promoted" />
          </Sample>
          {t("promoted")}
        </li>
      )}
    </ul>
  );
}

function Sample({ children }: { readonly children: ReactNode }) {
  return (
    <svg viewBox="0 0 20 16" width="20" height="16" aria-hidden="true">
      {children}
    </svg>
  );
}

function Hatch({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse">
        <path d="M0 6L6 0" className="demand-hatch" />
      </pattern>
    </defs>
  );
}

/** A round figure that all of it stays below. */
function topOf(points: readonly Point[]): number {
  const most = Math.max(
    TICKS,
    ...points.map(({ sold, sellIn, high, mean }) =>
      Math.max(sold ?? 0, sellIn, high ?? 0, mean ?? 0),
    ),
  );
  const power = 10 ** Math.floor(Math.log10(most));
  const rounded = [1, 2, 4, 8, 10].find((factor) => factor * power >= most) ?? 10;
  return rounded * power;
}
