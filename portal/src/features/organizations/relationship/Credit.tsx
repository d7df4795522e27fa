import { useState } from "react";

import { usePermissions } from "../../../app/session";
import {
  CreditBlockDocument,
  CreditLimitSetDocument,
  type RelationshipPageQuery,
} from "../../../gql/graphql";
import {
  Button,
  ConfirmButton,
  FormDialog,
  Gauge,
  IntentProblems,
  Notice,
  Section,
  TextField,
  problemAt,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { organizationsTexts } from "../texts";
import { useCounterpart } from "./Steps";
import { isAmount } from "./numbers";

type Edge = NonNullable<RelationshipPageQuery["relationship"]>;

/** The credit of an edge; its seller sets the limit and may stop new orders. */
export function Credit({ edge }: { readonly edge: Edge }) {
  const t = useTexts(organizationsTexts);
  const may = usePermissions();
  const { exposure } = edge;
  const canSet = edge.side === "SELLER" && may("CREDIT_MANAGE");
  return (
    <Section title={t("credit")}>
      {exposure == null ? (
        <p>{t("credit.none")}</p>
      ) : (
        <>
          {exposure.isBlocked && <Notice kind="warning">{t("credit.blocked")}</Notice>}
          <Gauge {...exposure} title={t("credit.use")} />
        </>
      )}
      {canSet && <CreditActions edge={edge} />}
    </Section>
  );
}

function CreditActions({ edge }: { readonly edge: Edge }) {
  const t = useTexts(organizationsTexts);
  const name = useCounterpart({ edge });
  const [isSetting, setIsSetting] = useState(false);
  const intent = useIntent(CreditBlockDocument, "creditBlock", { touches: ["CREDIT"] });
  const isBlocked = edge.exposure?.isBlocked ?? false;
  const word = isBlocked ? "credit.unblock" : "credit.block";
  return (
    <>
      <IntentProblems intent={intent} />
      <div className="row-actions edge-credit">
        <Button onClick={() => setIsSetting(true)}>{t("credit.set")}</Button>
        <ConfirmButton
          kind={isBlocked ? "plain" : "danger"}
          title={t(`${word}.title`, { name })}
          text={isBlocked ? undefined : t("credit.block.text")}
          confirmText={t(word)}
          isBusy={intent.isRunning}
          onConfirm={() => void intent.run({ relationshipId: edge.id, isBlocked: !isBlocked })}
        >
          {t(word)}
        </ConfirmButton>
      </div>
      {isSetting && <SetLimit edge={edge} name={name} onClose={() => setIsSetting(false)} />}
    </>
  );
}

function SetLimit({
  edge,
  name,
  onClose,
}: {
  readonly edge: Edge;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const t = useTexts(organizationsTexts);
  const { currency } = edge;
  const [amount, setAmount] = useState(edge.exposure?.limit.amount ?? "");
  const intent = useIntent(CreditLimitSetDocument, "creditLimitSet", {
    touches: ["CREDIT", "RELATIONSHIP"],
    onDone: onClose,
  });
  const isRight = isAmount(amount);
  return (
    <FormDialog
      title={t("credit.set.title", { name })}
      intent={intent}
      isReady={isRight}
      onSubmit={() =>
        void intent.run({ relationshipId: edge.id, limit: { amount: amount.trim(), currency } })
      }
      onClose={onClose}
    >
      <TextField
        label={t("credit.amount", { currency })}
        inputMode="decimal"
        isRequired
        value={amount}
        error={isRight || amount === "" ? problemAt(intent.problems, "limit") : t("wrong.amount")}
        onText={setAmount}
      />
    </FormDialog>
  );
}
