import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

import type { MoneyTrailPartsFragment } from "../../../gql/graphql";
import {
  DataTable,
  DateText,
  Empty,
  Money,
  Notice,
  Section,
  StatePill,
  useName,
} from "../../../shared/components";
import { commonTexts } from "../../../shared/i18n/common";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { TrailPicture } from "./TrailPicture";
import { type Flow, type Party, chaptersOf, lanesOf } from "./layout";
import { trailTexts } from "./texts";
import "./trail.css";

type Trail = MoneyTrailPartsFragment;

/** The way of a sale's money as one picture, as far as it is one's own to see. */
export function MoneyTrail({ trail }: { readonly trail: Trail }) {
  const t = useTexts(trailTexts);
  if (trail.flows.length === 0) {
    return (
      <Section title={t("title")}>
        <Empty>{t("waiting")}</Empty>
      </Section>
    );
  }
  return (
    <Section
      title={t("title")}
      actions={
        <StatePill kind={trail.isComplete ? "good" : "waiting"}>
          {t(trail.isComplete ? "isComplete" : "isNotComplete")}
        </StatePill>
      }
    >
      {!trail.isComplete && <Notice kind="warning">{t("isNotComplete.text")}</Notice>}
      <Picture trail={trail} />
      <FlowTable trail={trail} />
    </Section>
  );
}

function Picture({ trail }: { readonly trail: Trail }) {
  const t = useTexts(trailTexts);
  const [frame, width] = useWidth();
  const [chosen, setChosen] = useState<Flow | null>(null);
  const lanes = lanesOf(trail.parties);
  const columns = { gridTemplateColumns: `repeat(${lanes.length}, minmax(0, 1fr))` };
  const hidesSome = lanes.some(({ role, net }) => role !== "PROVIDER" && net == null);
  return (
    <figure className="trail">
      <div ref={frame} className="trail-frame">
        <ol className="trail-lanes" style={columns}>
          {lanes.map((party) => (
            <li key={party.key} className={party.isMine ? "trail-head is-mine" : "trail-head"}>
              <PartyHead party={party} />
            </li>
          ))}
        </ol>
        <TrailPicture
          lanes={lanes}
          chapters={chaptersOf(lanes, trail.flows)}
          width={width}
          chosen={chosen}
          onChoose={setChosen}
        />
        <ol className="trail-lanes" style={columns}>
          {lanes.map((party) => (
            <li key={party.key} className={party.isMine ? "trail-net is-mine" : "trail-net"}>
              <Net party={party} />
            </li>
          ))}
        </ol>
      </div>
      <Legend />
      <figcaption className="trail-why" aria-live="polite">
        {chosen ? <Explanation flow={chosen} trail={trail} /> : t("choose")}
      </figcaption>
      {hidesSome && <p className="trail-note">{t("onlyYours")}</p>}
    </figure>
  );
}

function PartyHead({ party }: { readonly party: Party }) {
  const t = useTexts(trailTexts);
  const name = usePartyName();
  const tier = party.tier ?? null;
  return (
    <>
      <strong>{name(party)}</strong>
      {tier !== null && (
        <span className="trail-role">{tier === 0 ? t("tier.0") : t("tier.n", { tier })}</span>
      )}
      {party.isMine && <span className="trail-you">{t("you")}</span>}
    </>
  );
}

function Net({ party }: { readonly party: Party }) {
  const t = useTexts(trailTexts);
  const { money } = useFormat();
  if (party.role === "PROVIDER") return <span aria-hidden="true">–</span>;
  const isConsumer = party.role === "CONSUMER";
  const net = party.net;
  const shown = net && isConsumer ? { ...net, amount: net.amount.replace(/^-/, "") } : net;
  return (
    <>
      <span className="trail-role">{t(isConsumer ? "net.consumer" : "net")}</span>
      {shown ? (
        <strong className="number">{money(shown)}</strong>
      ) : (
        <span className="trail-hidden">{t("net.hidden")}</span>
      )}
    </>
  );
}

function Legend() {
  const t = useTexts(trailTexts);
  return (
    <ul className="trail-legend">
      {(["moved", "owed", "back"] as const).map((kind) => (
        <li key={kind} className={`trail-${kind}`}>
          <svg width="34" height="10" aria-hidden="true">
            <line x1="0" y1="5" x2="34" y2="5" className="trail-line" />
          </svg>
          {t(`legend.${kind}`)}
        </li>
      ))}
    </ul>
  );
}

function Explanation({ flow, trail }: { readonly flow: Flow; readonly trail: Trail }) {
  const t = useTexts(trailTexts);
  const { money } = useFormat();
  const nameOf = useNameOfKey(trail);
  return (
    <>
      <strong>
        {t(`kind.${flow.kind}`)} <span className="number">{money(flow.amount)}</span>
      </strong>
      <p>{t(`why.${flow.kind}`, { from: nameOf(flow.from), to: nameOf(flow.to) })}</p>
      <p className="trail-role">
        {flow.documentNumber} · <DateText value={flow.occurredAt} />
        {flow.journalIds.length > 0 && ` · ${t("books")}`}
      </p>
    </>
  );
}

/** The same, for whoever does not see the picture. */
function FlowTable({ trail }: { readonly trail: Trail }): ReactNode {
  const t = useTexts(trailTexts);
  const words = useTexts(commonTexts);
  const nameOf = useNameOfKey(trail);
  const rows = chaptersOf(lanesOf(trail.parties), trail.flows).flatMap(({ rows }) => rows);
  return (
    <details className="trail-table">
      <summary>{words("chartTable")}</summary>
      <DataTable
        caption={t("title")}
        rows={rows}
        rowKey={({ y }) => String(y)}
        columns={[
          { key: "kind", title: t("kind"), render: ({ flow }) => t(`kind.${flow.kind}`) },
          { key: "from", title: t("from"), render: ({ flow }) => nameOf(flow.from) },
          { key: "to", title: t("to"), render: ({ flow }) => nameOf(flow.to) },
          {
            key: "amount",
            title: t("amount"),
            align: "end",
            render: ({ flow }) => <Money value={flow.amount} />,
          },
          { key: "document", title: t("document"), render: ({ flow }) => flow.documentNumber },
          {
            key: "when",
            title: t("when"),
            render: ({ flow }) => <DateText value={flow.occurredAt} />,
          },
        ]}
      />
    </details>
  );
}

function useNameOfKey(trail: Trail): (key: string) => string {
  const name = usePartyName();
  return (key) => {
    const party = trail.parties.find((each) => each.key === key);
    return party ? name(party) : key;
  };
}

function usePartyName(): (party: Party) => string {
  const t = useTexts(trailTexts);
  const name = useName();
  return ({ role, tier, organization }) => {
    if (role === "CONSUMER") return t("consumer");
    if (role === "PROVIDER") return t("provider");
    if (organization) return name(organization);
    return tier === 0 || tier == null ? t("tier.0") : t("tier.n", { tier });
  };
}

const WIDTH_AT_FIRST = 640;

/** How wide the picture may be. */
function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(WIDTH_AT_FIRST);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = (): void => setWidth(element.clientWidth || WIDTH_AT_FIRST);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width] as const;
}
