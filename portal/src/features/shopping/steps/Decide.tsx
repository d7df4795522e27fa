import { StoreAfterSaleDecideDocument } from "../../../gql/graphql";
import { ConfirmButton, IntentProblems } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { shoppingTexts } from "../texts";

/** Take goods back and give their money back, or refuse to. */
export function Decide({ afterSaleId }: { readonly afterSaleId: string }) {
  const t = useTexts(shoppingTexts);
  const deciding = useIntent(StoreAfterSaleDecideDocument, "afterSaleDecide", {
    touches: ["SALE", "PAYMENT", "STOCK"],
  });
  return (
    <>
      <IntentProblems intent={deciding} />
      <div className="row-actions">
        <ConfirmButton
          size="small"
          kind="primary"
          title={t("decide.accept.title")}
          text={t("decide.accept.text")}
          confirmText={t("decide.accept")}
          isBusy={deciding.isRunning}
          onConfirm={() => void deciding.run({ afterSaleId, isAccepted: true, reason: "" })}
        >
          {t("decide.accept")}
        </ConfirmButton>
        <ConfirmButton
          size="small"
          title={t("decide.refuse.title")}
          text={t("decide.refuse.text")}
          confirmText={t("decide.refuse")}
          reason="required"
          isBusy={deciding.isRunning}
          onConfirm={(reason) => void deciding.run({ afterSaleId, isAccepted: false, reason })}
        >
          {t("decide.refuse")}
        </ConfirmButton>
      </div>
    </>
  );
}
