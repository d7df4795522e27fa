import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import {
  RelationshipAcceptDocument,
  RelationshipEndDocument,
  RelationshipResumeDocument,
  RelationshipSuspendDocument,
  type RelationshipTermsFragment,
  RelationshipTermsChangeDocument,
} from "../../../gql/graphql";
import {
  Button,
  CheckField,
  ConfirmButton,
  FormDialog,
  IntentProblems,
  Notice,
  useName,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { refresh } from "../../../shared/graph/kinds";
import { useTexts } from "../../../shared/i18n/i18n";
import { organizationsTexts } from "../texts";
import { PartiesFacts, TermsFacts } from "./TermsFacts";
import { TermsFields, inputOf, isReadable, valuesOf } from "./TermsFields";

interface Props {
  readonly edge: RelationshipTermsFragment;
}

const TOUCHES = ["RELATIONSHIP", "CREDIT"] as const;

export function useCounterpart({ edge }: Props): string {
  const name = useName();
  return name(edge.side === "SELLER" ? edge.buyer : edge.seller);
}

/** What one may do to the edge, each where the graph says that one may. */
export function Steps({ edge }: Props) {
  const t = useTexts(organizationsTexts);
  const name = useCounterpart({ edge });
  const [open, setOpen] = useState<"accept" | "terms" | null>(null);
  const [done, setDone] = useState<"accept.done" | "terms.done" | null>(null);
  const suspending = useIntent(RelationshipSuspendDocument, "relationshipSuspend", {
    touches: TOUCHES,
  });
  const resuming = useIntent(RelationshipResumeDocument, "relationshipResume", {
    touches: TOUCHES,
  });
  const may = new Set(edge.allowedSteps);
  const relationshipId = edge.id;
  const finish = (outcome: "accept.done" | "terms.done") => {
    setOpen(null);
    setDone(outcome);
  };
  return (
    <>
      {may.has("ACCEPT") && <Notice kind="warning">{t("accept.waits", { name })}</Notice>}
      {done !== null && <Notice kind="good">{t(done)}</Notice>}
      <IntentProblems intent={suspending} />
      <IntentProblems intent={resuming} />
      <div className="row-actions edge-steps">
        {may.has("ACCEPT") && (
          <Button kind="primary" onClick={() => setOpen("accept")}>
            {t("accept.do")}
          </Button>
        )}
        {may.has("CHANGE_TERMS") && (
          <Button onClick={() => setOpen("terms")}>{t("terms.change")}</Button>
        )}
        {may.has("SUSPEND") && (
          <ConfirmButton
            title={t("suspend.title", { name })}
            text={t("suspend.text")}
            confirmText={t("suspend.do")}
            reason="optional"
            isBusy={suspending.isRunning}
            onConfirm={(reason) => void suspending.run({ relationshipId, reason })}
          >
            {t("suspend.do")}
          </ConfirmButton>
        )}
        {may.has("RESUME") && (
          <ConfirmButton
            title={t("resume.title", { name })}
            confirmText={t("resume.do")}
            reason="optional"
            isBusy={resuming.isRunning}
            onConfirm={(reason) => void resuming.run({ relationshipId, reason })}
          >
            {t("resume.do")}
          </ConfirmButton>
        )}
        {may.has("END") && <End edge={edge} name={name} />}
      </div>
      {open === "accept" && (
        <Accept
          edge={edge}
          name={name}
          onDone={() => finish("accept.done")}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "terms" && (
        <ChangeTerms
          edge={edge}
          name={name}
          onDone={() => finish("terms.done")}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

/** For good. What only was proposed is declined, or taken back. */
function End({ edge, name }: Props & { readonly name: string }) {
  const t = useTexts(organizationsTexts);
  const intent = useIntent(RelationshipEndDocument, "relationshipEnd", { touches: TOUCHES });
  const isOurs = edge.side === "SELLER";
  const word = edge.state !== "PROPOSED" ? "end" : isOurs ? "withdraw" : "decline";
  return (
    <>
      <IntentProblems intent={intent} />
      <ConfirmButton
        kind="danger"
        title={t(`${word}.title`, { name })}
        text={t(`${word}.text`)}
        confirmText={t(`${word}.do`)}
        reason={word === "end" ? "required" : "optional"}
        isBusy={intent.isRunning}
        onConfirm={(reason) => void intent.run({ relationshipId: edge.id, reason })}
      >
        {t(`${word}.do`)}
      </ConfirmButton>
    </>
  );
}

interface DialogProps extends Props {
  readonly name: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Accept what was read: terms that change meanwhile are shown again first. */
function Accept({ edge, name, onDone, onClose }: DialogProps) {
  const t = useTexts(organizationsTexts);
  const client = useQueryClient();
  const [read, setRead] = useState(edge);
  const [hasRead, setHasRead] = useState(false);
  const intent = useIntent(RelationshipAcceptDocument, "relationshipAccept", {
    touches: TOUCHES,
    onDone,
  });
  const isChanged = edge.termsHash !== read.termsHash;

  async function accept(): Promise<void> {
    const input = { relationshipId: read.id, termsHash: read.termsHash };
    const payload = await intent.run(input);
    if (payload?.errors.length) await refresh(client, TOUCHES);
  }

  return (
    <FormDialog
      title={t("accept.title", { name })}
      intent={intent}
      submitText={t("accept.do")}
      isWide
      isReady={hasRead && !isChanged}
      onSubmit={() => void accept()}
      onClose={onClose}
    >
      {isChanged && (
        <Notice kind="warning">
          {t("accept.changed")}{" "}
          <Button
            size="small"
            onClick={() => {
              intent.reset();
              setRead(edge);
              setHasRead(false);
            }}
          >
            {t("accept.reread")}
          </Button>
        </Notice>
      )}
      <p>{t("accept.lead")}</p>
      <PartiesFacts edge={read} />
      <TermsFacts edge={read} />
      <CheckField label={t("accept.read")} isChecked={hasRead} onCheck={setHasRead} />
    </FormDialog>
  );
}

/** Change those terms that are one's side's to say; what is not touched is not sent. */
function ChangeTerms({ edge, name, onDone, onClose }: DialogProps) {
  const t = useTexts(organizationsTexts);
  const [begun] = useState(edge);
  const [values, setValues] = useState(() => valuesOf(edge));
  const intent = useIntent(RelationshipTermsChangeDocument, "relationshipTermsChange", {
    touches: TOUCHES,
    onDone,
  });
  const former = { ...inputOf(valuesOf(begun), edge.currency), sharesSellOut: begun.sharesSellOut };
  const wanted = { ...inputOf(values, edge.currency), sharesSellOut: values.sharesSellOut };
  const changes = Object.entries(wanted).filter(
    ([term, value]) => JSON.stringify(value) !== JSON.stringify(former[term as keyof typeof former]),
  );
  return (
    <FormDialog
      title={t("terms.change.title", { name })}
      intent={intent}
      isWide
      isReady={changes.length > 0 && isReadable(values)}
      onSubmit={() =>
        void intent.run({ relationshipId: edge.id, ...Object.fromEntries(changes) })
      }
      onClose={onClose}
    >
      {edge.termsHash !== begun.termsHash && !intent.isRunning && (
        <Notice kind="warning">{t("terms.changed.meanwhile")}</Notice>
      )}
      <p className="field-hint">{t("terms.change.hint")}</p>
      <TermsFields
        side={edge.side ?? "BUYER"}
        values={values}
        problems={intent.problems}
        onChange={setValues}
      />
    </FormDialog>
  );
}
