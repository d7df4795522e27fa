import { OrderDisputeCloseDocument } from "../../../gql/graphql";
import {
  ConfirmButton,
  DateText,
  IntentProblems,
  Section,
  StatePill,
  useName,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import type { Order } from "./OrderDetail";
import { detailTexts } from "./texts";

/** What one side says is wrong, until that side says how it was settled. */
export function Disputes({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const name = useName();
  const intent = useIntent(OrderDisputeCloseDocument, "orderDisputeClose", {
    touches: ["ORDER", "DISPUTE"],
  });
  const lines = new Map(order.lines.map((line) => [line.id, line]));
  if (order.disputes.length === 0) return null;
  return (
    <Section title={t("disputes")}>
      <IntentProblems intent={intent} />
      <ul className="papers">
        {order.disputes.map((dispute) => (
          <li key={dispute.id}>
            <div className="paper-head">
              <h3>{lines.get(dispute.orderLineId ?? "")?.skuCode ?? t("dispute.whole")}</h3>
              <StatePill kind={dispute.closedAt == null ? "bad" : "good"}>
                {t(dispute.closedAt == null ? "dispute.open" : "dispute.closed")}
              </StatePill>
              <span>
                {name(dispute.openedBy)}
                {dispute.openedByPerson && ` · ${dispute.openedByPerson}`}
              </span>
              <DateText value={dispute.closedAt ?? dispute.openedAt} />
            </div>
            <p>{dispute.reason}</p>
            {dispute.resolution && <p>{t("dispute.resolution", { text: dispute.resolution })}</p>}
            {dispute.closedAt == null &&
              dispute.isOwn &&
              order.allowedSteps.includes("CLOSE_DISPUTE") && (
                <ConfirmButton
                  size="small"
                  title={t("dispute.close.title")}
                  text={t("dispute.close.text")}
                  reason="required"
                  isBusy={intent.isRunning}
                  onConfirm={(resolution) =>
                    void intent.run({ disputeId: dispute.id, resolution })
                  }
                >
                  {t("step.CLOSE_DISPUTE")}
                </ConfirmButton>
              )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
