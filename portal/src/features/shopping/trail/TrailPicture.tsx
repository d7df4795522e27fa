import type { KeyboardEvent } from "react";

import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import {
  type Chapter,
  type Flow,
  type FlowClass,
  type Party,
  ROW_HEIGHT,
  type Row,
  classOf,
  heightOf,
  labelX,
  laneX,
} from "./layout";
import { trailTexts } from "./texts";

const CLASSES: readonly FlowClass[] = ["moved", "owed", "back"];
const ARROW_AT = 30;
const LABEL_AT = 18;
const HEAD_AT = 22;
const LANE_GAP = 7;
// Wide enough for any label: what is a little too wide keeps it from the edge, no more.
const LABEL_WIDTH = 190;

/** Lanes with an arrow for each flow; each arrow can be chosen by finger, mouse or key. */
export function TrailPicture({
  lanes,
  chapters,
  width,
  chosen,
  onChoose,
}: {
  readonly lanes: readonly Party[];
  readonly chapters: readonly Chapter[];
  readonly width: number;
  readonly chosen: Flow | null;
  readonly onChoose: (flow: Flow) => void;
}) {
  const t = useTexts(trailTexts);
  const { day } = useFormat();
  const height = heightOf(chapters);
  return (
    <svg
      className="trail-picture"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={t("picture")}
    >
      <defs>
        {CLASSES.map((kind) => (
          <marker
            key={kind}
            id={`trail-tip-${kind}`}
            className={`trail-${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path className="trail-tip" d="M0 0 8 4 0 8z" />
          </marker>
        ))}
      </defs>
      {lanes.map((party, lane) => {
        const x = laneX(lane, lanes.length, width);
        return (
          <line
            key={party.key}
            className={party.isMine ? "trail-lane is-mine" : "trail-lane"}
            x1={x}
            x2={x}
            y1={0}
            y2={height}
          />
        );
      })}
      {chapters.map((chapter) => (
        <g key={chapter.key}>
          {chapter.y > 0 && (
            <line className="trail-rule" x1={0} x2={width} y1={chapter.y + 4} y2={chapter.y + 4} />
          )}
          <text className="trail-chapter" x={0} y={chapter.y + HEAD_AT}>
            {chapter.paper === null ? t("sale") : t("later", { number: chapter.paper })}
            {` · ${day(chapter.occurredAt.slice(0, 10))}`}
          </text>
          {chapter.rows.map((row) => (
            <Arrow
              key={row.y}
              row={row}
              lanes={lanes.length}
              width={width}
              isChosen={row.flow === chosen}
              onChoose={onChoose}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

function Arrow({
  row,
  lanes,
  width,
  isChosen,
  onChoose,
}: {
  readonly row: Row;
  readonly lanes: number;
  readonly width: number;
  readonly isChosen: boolean;
  readonly onChoose: (flow: Flow) => void;
}) {
  const t = useTexts(trailTexts);
  const { money } = useFormat();
  const { flow } = row;
  const kind = classOf(flow.kind);
  const way = row.to > row.from ? 1 : -1;
  const x1 = laneX(row.from, lanes, width) + way * LANE_GAP;
  const x2 = laneX(row.to, lanes, width) - way * LANE_GAP;
  const label = `${t(`kind.${flow.kind}`)} ${money(flow.amount)}`;
  const choose = (): void => onChoose(flow);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  }

  return (
    <g
      className={`trail-flow trail-${kind}${isChosen ? " is-chosen" : ""}`}
      role="button"
      tabIndex={0}
      aria-label={label}
      aria-pressed={isChosen}
      onClick={choose}
      onMouseEnter={choose}
      onFocus={choose}
      onKeyDown={onKeyDown}
    >
      <rect className="trail-hit" x={0} y={row.y} width={width} height={ROW_HEIGHT - 2} />
      <text
        className="trail-label"
        x={labelX((x1 + x2) / 2, LABEL_WIDTH, width)}
        y={row.y + LABEL_AT}
      >
        {label}
      </text>
      <line
        className="trail-line"
        x1={x1}
        x2={x2}
        y1={row.y + ARROW_AT}
        y2={row.y + ARROW_AT}
        markerEnd={`url(#trail-tip-${kind})`}
      />
    </g>
  );
}

