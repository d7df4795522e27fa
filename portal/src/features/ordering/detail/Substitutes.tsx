import { OrderSubstituteDecideDocument } from "../../../gql/graphql";
import {
  ConfirmButton,
  DateText,
  IntentProblems,
  Money,
  Quantity,
  Section,
  StatePill,
  useName,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import type { Order } from "./OrderDetail";
import { substituteTexts } from "./substituteTexts";

type Substitute = Order["substitutes"][number];

const KINDS = {
  PROPOSED: "waiting",
  ACCEPTED: "good",
  REFUSED: "bad",
  LAPSED: "neutral",
} as const;

/** What is offered in place of what was ordered; the buyer takes it, or declines. */
export function Substitutes({ order }: { readonly order: Order }) {
  const t = useTexts(substituteTexts);
  const name = useName();
  if (order.substitutes.length === 0) return null;
  const lines = new Map(order.lines.map((line) => [line.id, line]));
  return (
    <Section title={t("heading")}>
      <ul className="papers">
        {order.substitutes.map((substitute) => {
          const line = lines.get(substitute.orderLineId);
          return (
            <li key={substitute.id}>
              <div className="paper-head">
                <h3>
                  {substitute.skuCode}{" "}
                  {name({ name: substitute.skuName, nameEn: substitute.skuNameEn })}
                </h3>
                <StatePill kind={KINDS[substitute.state]}>
                  {t(`state.${substitute.state}`)}
                </StatePill>
                {substitute.state === "PROPOSED" &&
                  order.allowedSteps.includes("DECIDE_SUBSTITUTE") && (
                    <Decide substitute={substitute} />
                  )}
              </div>
              <ul className="paper-lines">
                <li>
                  <span>{t("of", { code: line?.skuCode ?? "–" })}</span>
                  <span>
                    <Quantity value={substitute.replacedQuantity} unit={line?.baseUnit} /> →{" "}
                    <Quantity value={substitute.quantity} unit={substitute.baseUnit} />
                  </span>
                  <Money value={substitute.amount} />
                  {substitute.promisedOn != null && <DateText value={substitute.promisedOn} />}
                  {substitute.reason && <span>{substitute.reason}</span>}
                  {substitute.decisionReason && <span>{substitute.decisionReason}</span>}
                </li>
              </ul>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function Decide({ substitute }: { readonly substitute: Substitute }) {
  const t = useTexts(substituteTexts);
  const intent = useIntent(OrderSubstituteDecideDocument, "orderSubstituteDecide", {
    touches: ["ORDER", "STOCK"],
  });
  const decide = (accepts: boolean, reason: string) =>
    void intent.run({ orderSubstituteId: substitute.id, accepts, reason });
  return (
    <>
      <ConfirmButton
        size="small"
        kind="primary"
        title={t("accept.title", { code: substitute.skuCode })}
        text={t("accept.text")}
        confirmText={t("accept")}
        isBusy={intent.isRunning}
        onConfirm={() => decide(true, "")}
      >
        {t("accept")}
      </ConfirmButton>
      <ConfirmButton
        size="small"
        kind="danger"
        title={t("refuse.title", { code: substitute.skuCode })}
        reason="optional"
        confirmText={t("refuse")}
        isBusy={intent.isRunning}
        onConfirm={(reason) => decide(false, reason)}
      >
        {t("refuse")}
      </ConfirmButton>
      <IntentProblems intent={intent} />
    </>
  );
}
