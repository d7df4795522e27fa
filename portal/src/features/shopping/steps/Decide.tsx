import { type AfterSaleAnswer, StoreAfterSaleDecideDocument } from "../../../gql/graphql";
import { ConfirmButton, IntentProblems } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { shoppingTexts } from "../texts";

/** What may be said to goods that a consumer wants to give back, while it is one's turn. */
export function Decide({
  afterSaleId,
  answers,
  isReferred,
}: {
  readonly afterSaleId: string;
  readonly answers: readonly AfterSaleAnswer[];
  readonly isReferred: boolean;
}) {
  const t = useTexts(shoppingTexts);
  const deciding = useIntent(StoreAfterSaleDecideDocument, "afterSaleDecide", {
    touches: ["SALE", "PAYMENT", "STOCK"],
  });
  // Where the store can also take the goods at its own cost, they are another's.
  const asksOthers = answers.includes("ACCEPT_AT_OWN_COST") && !isReferred;
  return (
    <>
      <IntentProblems intent={deciding} />
      <div className="row-actions">
        {answers.map((answer) => (
          <ConfirmButton
            key={answer}
            size="small"
            kind={answer === "ACCEPT" ? "primary" : "plain"}
            title={t(`decide.${answer}.title`)}
            text={t(answer === "ACCEPT" && asksOthers ? "decide.REFER.text" : `decide.${answer}.text`)}
            confirmText={t(`decide.${answer}`)}
            reason={answer === "REFUSE" ? "required" : "none"}
            isBusy={deciding.isRunning}
            onConfirm={(reason) =>
              void deciding.run({
                afterSaleId,
                isAccepted: answer !== "REFUSE",
                atOwnCost: answer === "ACCEPT_AT_OWN_COST",
                reason,
              })
            }
          >
            {t(`decide.${answer}`)}
          </ConfirmButton>
        ))}
      </div>
    </>
  );
}
