import { OrderReturnDecideDocument, type ReturnState } from "../../../gql/graphql";
import {
  ConfirmButton,
  DateText,
  IntentProblems,
  Money,
  Quantity,
  Section,
  StatePill,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import type { Order } from "./OrderDetail";
import { detailTexts } from "./texts";

type Return = Order["returns"][number];

const KINDS = {
  REQUESTED: "waiting",
  ACCEPTED: "good",
  REFUSED: "bad",
} as const satisfies Record<ReturnState, string>;

/** What goes back, and what the seller says to it. */
export function Returns({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const lines = new Map(order.lines.map((line) => [line.id, line]));
  if (order.returns.length === 0) return null;
  return (
    <Section title={t("returns")}>
      <ul className="papers">
        {order.returns.map((paper) => (
          <li key={paper.id}>
            <div className="paper-head">
              <h3>{paper.number}</h3>
              <StatePill kind={KINDS[paper.state]}>{t(`return.${paper.state}`)}</StatePill>
              <DateText value={paper.decidedAt ?? paper.requestedAt} />
              <Money value={paper.amount} />
            </div>
            <p>{paper.reason}</p>
            {paper.refusalReason && <p>{t("refused", { reason: paper.refusalReason })}</p>}
            <ul className="paper-lines">
              {paper.lines.map((line) => (
                <li key={line.orderLineId}>
                  <span>{lines.get(line.orderLineId)?.skuCode}</span>
                  <Quantity
                    value={line.quantity}
                    unit={lines.get(line.orderLineId)?.baseUnit}
                  />
                </li>
              ))}
            </ul>
            {paper.state === "REQUESTED" && order.allowedSteps.includes("DECIDE_RETURN") && (
              <Decision paper={paper} />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Decision({ paper }: { readonly paper: Return }) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderReturnDecideDocument, "orderReturnDecide", {
    touches: ["ORDER", "RETURN", "STOCK", "STATEMENT"],
  });
  const decide = (accepts: boolean, reason: string) =>
    void intent.run({ orderReturnId: paper.id, accepts, reason });
  return (
    <>
      <div className="row-actions">
        <ConfirmButton
          kind="primary"
          size="small"
          title={t("return.accept.title", { number: paper.number })}
          text={t("return.accept.text")}
          isBusy={intent.isRunning}
          onConfirm={(reason) => decide(true, reason)}
        >
          {t("return.accept")}
        </ConfirmButton>
        <ConfirmButton
          kind="danger"
          size="small"
          title={t("return.refuse.title", { number: paper.number })}
          reason="required"
          isBusy={intent.isRunning}
          onConfirm={(reason) => decide(false, reason)}
        >
          {t("return.refuse")}
        </ConfirmButton>
      </div>
      <IntentProblems intent={intent} />
    </>
  );
}
