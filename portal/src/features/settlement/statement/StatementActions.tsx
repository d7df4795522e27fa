import { useRef, useState } from "react";

import { useSession } from "../../../app/session";
import {
  StatementConfirmDocument,
  StatementDisputeDocument,
  type StatementPageQuery,
  StatementReissueDocument,
} from "../../../gql/graphql";
import {
  Button,
  ConfirmButton,
  Facts,
  FormDialog,
  IntentProblems,
  Notice,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { BalanceText } from "../BalanceText";
import { useTell } from "../told";
import { statementTexts } from "./texts";

export type Statement = NonNullable<StatementPageQuery["statement"]>;

/** Confirm, object, issue anew: what our side may say to the statement now. */
export function StatementActions({ statement }: { readonly statement: Statement }) {
  const t = useTexts(statementTexts);
  const tell = useTell();
  const { viewer } = useSession();
  const [isConfirming, setIsConfirming] = useState(false);
  const { id: statementId, number, allowedSteps } = statement;
  const dispute = useIntent(StatementDisputeDocument, "statementDispute", {
    touches: ["STATEMENT"],
    onDone: () => tell(t("dispute.done")),
  });
  const reissue = useIntent(StatementReissueDocument, "statementReissue", {
    touches: ["STATEMENT"],
    onDone: () => tell(t("reissue.done")),
  });
  if (allowedSteps.length === 0 && !isConfirming) return null;
  const isSeller = statement.seller?.id === viewer.organization?.id;
  return (
    <>
      <div className="row-actions money-actions">
        {allowedSteps.includes("CONFIRM") && (
          <Button kind="primary" onClick={() => setIsConfirming(true)}>
            {t("confirm")}
          </Button>
        )}
        {allowedSteps.includes("DISPUTE") && (
          <ConfirmButton
            kind="danger"
            title={t("dispute.title", { number })}
            text={t("dispute.text")}
            confirmText={t("dispute")}
            reason="required"
            isBusy={dispute.isRunning}
            onConfirm={(reason) => void dispute.run({ statementId, reason })}
          >
            {t("dispute")}
          </ConfirmButton>
        )}
        {allowedSteps.includes("REISSUE") && (
          <ConfirmButton
            kind="primary"
            title={t("reissue.title", { number })}
            text={t("reissue.text")}
            confirmText={t("reissue")}
            isBusy={reissue.isRunning}
            onConfirm={() => void reissue.run({ statementId })}
          >
            {t("reissue")}
          </ConfirmButton>
        )}
      </div>
      <IntentProblems intent={dispute} />
      <IntentProblems intent={reissue} />
      {isConfirming && (
        <ConfirmDialog
          statement={statement}
          side={isSeller ? "SELLER" : "BUYER"}
          onClose={() => setIsConfirming(false)}
        />
      )}
    </>
  );
}

/** What is confirmed is what was read when the dialog opened, whatever was issued since. */
function ConfirmDialog({
  statement,
  side,
  onClose,
}: {
  readonly statement: Statement;
  readonly side: "SELLER" | "BUYER";
  readonly onClose: () => void;
}) {
  const t = useTexts(statementTexts);
  const tell = useTell();
  const read = useRef(statement).current;
  const isCurrent = read.hash === statement.hash;
  const intent = useIntent(StatementConfirmDocument, "statementConfirm", {
    touches: ["STATEMENT"],
    onDone: () => {
      tell(t("confirm.done"));
      onClose();
    },
  });
  return (
    <FormDialog
      title={t("confirm.title", { number: read.number })}
      intent={intent}
      submitText={t("confirm")}
      isReady={isCurrent}
      onClose={onClose}
      onSubmit={() => void intent.run({ statementId: read.id, hash: read.hash })}
    >
      {!isCurrent && <Notice kind="warning">{t("confirm.changed")}</Notice>}
      <p>{t("confirm.text")}</p>
      <Facts
        items={[
          {
            term: t("closing"),
            value: <BalanceText buyerOwes={read.buyerOwesClosing} side={side} />,
          },
          { term: t("hash"), value: <code className="statement-hash">{read.hash}</code> },
        ]}
      />
    </FormDialog>
  );
}
