import { useState } from "react";

import {
  Button,
  CheckField,
  IntentProblems,
  Money,
  Notice,
  Section,
} from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import type { OrderDraft } from "../draft/useOrderDraft";
import { ProblemAction } from "./ProblemAction";
import { reviewTexts } from "./reviewTexts";
import type { Placing } from "./usePlacing";

/** What it comes to, and the one button that makes it an order. */
export function PlaceForm({
  order: { draft },
  placing,
  relationshipId,
}: {
  readonly order: OrderDraft;
  readonly placing: Placing;
  readonly relationshipId: string;
}) {
  const t = useTexts(reviewTexts);
  const { integer } = useFormat();
  const [keeps, setKeeps] = useState(false);
  const problemCount = draft?.problemCount ?? 0;
  const isBlocked = draft !== null && draft.problems.length > 0 && !placing.isOpen;
  return (
    <Section title={t("total")}>
      <p className="review-total">
        <Money value={draft?.amount} />
      </p>
      {draft !== null && problemCount > 0 && draft.readyCount > 0 && (
        <CheckField
          label={t("place.keep", {
            ready: integer(draft.readyCount),
            problems: integer(problemCount),
          })}
          isChecked={keeps}
          onCheck={setKeeps}
        />
      )}
      {placing.halt !== null && <Notice kind="error">{t(`place.${placing.halt}`)}</Notice>}
      {placing.busySeconds !== null && (
        <Notice kind="warning">
          {t("place.busy", { seconds: integer(placing.busySeconds) })}
        </Notice>
      )}
      {placing.isTurnedAway && !placing.isRunning && (
        <Notice kind="error">{t("place.turnedAway")}</Notice>
      )}
      {placing.isOpen && <Notice kind="warning">{t("place.unknown")}</Notice>}
      <IntentProblems
        intent={placing}
        action={(problem) => <ProblemAction problem={problem} relationshipId={relationshipId} />}
      />
      <Button
        kind={isBlocked ? "plain" : "primary"}
        isBusy={placing.isRunning}
        onClick={() => placing.place(problemCount > 0 && keeps)}
      >
        {t(placing.isRunning ? "place.running" : "place")}
      </Button>
    </Section>
  );
}
