import { useSession } from "../../../app/session";
import { type RelationshipSide, StatementLinesDocument } from "../../../gql/graphql";
import {
  DateText,
  Empty,
  Facts,
  Notice,
  PagedTable,
  Section,
  StatePill,
  useName,
} from "../../../shared/components";
import { usePages } from "../../../shared/graph/hooks";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { BalanceText } from "../BalanceText";
import { signOf } from "../amounts";
import { useEntryColumns } from "../entryColumns";
import { StatementPill } from "../papers/columns";
import { moneyTexts } from "../texts";
import type { Statement } from "./StatementActions";
import { statementTexts } from "./texts";

const PAGE_SIZE = 50;
const NO_LINES = { edges: [], pageInfo: { hasNextPage: false } } as const;

/** What the statement says: the parties, the sums, who has agreed, and what it is made of. */
export function StatementBody({ statement }: { readonly statement: Statement }) {
  const t = useTexts(statementTexts);
  const name = useName();
  const { viewer } = useSession();
  const side = statement.seller?.id === viewer.organization?.id ? "SELLER" : "BUYER";
  return (
    <>
      {statement.state === "DISPUTED" && (
        <Notice kind="warning">
          {t("disputed", {
            name: name(statement.disputedBy),
            reason: statement.disputeReason ?? "–",
          })}
        </Notice>
      )}
      <Summary statement={statement} side={side} />
      <Lines id={statement.id} side={side} />
      <Proof statement={statement} />
    </>
  );
}

function Summary({
  statement,
  side,
}: {
  readonly statement: Statement;
  readonly side: RelationshipSide;
}) {
  const t = useTexts(statementTexts);
  const name = useName();
  const { money, tradeMoment } = useFormat();
  const { buyerOwesMovement: movement, periodFrom, periodTo } = statement;
  return (
    <Section title={t("summary")} actions={<StatementPill statement={statement} />}>
      <dl className="statement-sums">
        <div>
          <dt>{t("opening")}</dt>
          <dd>
            <BalanceText buyerOwes={statement.buyerOwesOpening} side={side} />
          </dd>
        </div>
        <div>
          <dt>{t("movement")}</dt>
          <dd className="number">
            {signOf(movement) === "above" && "+"}
            {money(movement)}
          </dd>
        </div>
        <div className="statement-closing">
          <dt>{t("closing")}</dt>
          <dd>
            <BalanceText buyerOwes={statement.buyerOwesClosing} side={side} />
          </dd>
        </div>
      </dl>
      <Facts
        items={[
          { term: t("seller"), value: name(statement.seller) },
          { term: t("buyer"), value: name(statement.buyer) },
          {
            term: t("period"),
            value: (
              <>
                {periodFrom == null
                  ? t("fromStart")
                  : t("from", { day: tradeMoment(periodFrom) })}{" "}
                {t("to", { day: tradeMoment(periodTo) })}
              </>
            ),
          },
          { term: t("issuedAt"), value: <DateText value={statement.issuedAt} /> },
          { term: t("sequence"), value: statement.sequence },
        ]}
      />
      <h3 className="statement-part">{t("confirmations")}</h3>
      <Facts
        items={[
          {
            term: name(statement.seller),
            value: <Confirmation at={statement.sellerConfirmedAt} />,
          },
          { term: name(statement.buyer), value: <Confirmation at={statement.buyerConfirmedAt} /> },
        ]}
      />
    </Section>
  );
}

function Confirmation({ at }: { readonly at: string | null | undefined }) {
  const t = useTexts(statementTexts);
  const { moment } = useFormat();
  if (at == null) return <StatePill kind="waiting">{t("confirmed.not")}</StatePill>;
  return <StatePill kind="good">{t("confirmed.at", { moment: moment(at) })}</StatePill>;
}

function Lines({ id, side }: { readonly id: string; readonly side: RelationshipSide }) {
  const t = useTexts(statementTexts);
  const words = useTexts(moneyTexts);
  const columns = useEntryColumns(side);
  const pages = usePages({
    kinds: ["STATEMENT"],
    document: StatementLinesDocument,
    variables: { id, first: PAGE_SIZE },
    connection: (result) => result.statement?.lines ?? NO_LINES,
  });
  return (
    <Section title={t("lines")}>
      <PagedTable
        caption={words("entry.caption")}
        pages={pages}
        columns={columns}
        rowKey={(line) => line.id}
        empty={<Empty>{t("lines.empty")}</Empty>}
      />
    </Section>
  );
}

function Proof({ statement }: { readonly statement: Statement }) {
  const t = useTexts(statementTexts);
  return (
    <Section title={t("proof")}>
      <p>{t("proof.text")}</p>
      <dl className="statement-proof">
        <dt>{t("hash")}</dt>
        <dd className="statement-hash">{statement.hash}</dd>
        <dt>{t("previousHash")}</dt>
        <dd className={statement.previousHash ? "statement-hash" : undefined}>
          {statement.previousHash || t("firstOne")}
        </dd>
      </dl>
    </Section>
  );
}
