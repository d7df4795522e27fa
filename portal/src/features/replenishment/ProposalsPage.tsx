import { useState } from "react";
import { useSearchParams } from "react-router";

import { usePermissions } from "../../app/session";
import { type ProposalKind, ReplenishmentProposeDocument } from "../../gql/graphql";
import { Button, IntentProblems, Notice, Page, Tabs } from "../../shared/components";
import { useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { Budgets } from "./Budgets";
import { DecidedLines } from "./DecidedLines";
import { OpenLines } from "./OpenLines";
import { Terms } from "./Terms";
import "./replenishment.css";
import { replenishmentTexts } from "./texts";

const KINDS = ["BUY", "TRANSFER", "CLEAR"] as const satisfies readonly ProposalKind[];
const TABS = [...KINDS, "done", "terms", "budgets"] as const;

/** What to buy, move or clear now, and by which terms that is reckoned. */
export default function ProposalsPage() {
  const t = useTexts(replenishmentTexts);
  const may = usePermissions();
  const [parameters, setParameters] = useSearchParams();
  const [count, setCount] = useState<number | null>(null);
  const active = TABS.find((tab) => tab === parameters.get("tab")) ?? "BUY";
  const kind = KINDS.find((one) => one === active);
  const proposing = useIntent(ReplenishmentProposeDocument, "replenishmentPropose", {
    touches: ["REPLENISHMENT"],
    onDone: (payload) => setCount(payload.count ?? 0),
  });
  return (
    <Page
      title={t("title")}
      actions={
        may("REPLENISHMENT_MANAGE") && (
          <Button isBusy={proposing.isRunning} onClick={() => void proposing.run({})}>
            {t("propose")}
          </Button>
        )
      }
    >
      <IntentProblems intent={proposing} />
      {count !== null && <Notice kind="good">{t("proposed", { count })}</Notice>}
      <Tabs
        label={t("parts")}
        tabs={TABS.map((key) => ({ key, text: t(`tab.${key}`) }))}
        active={active}
        onChange={(tab) => setParameters({ tab }, { replace: true })}
      >
        {kind !== undefined && <OpenLines key={kind} kind={kind} />}
        {active === "done" && <DecidedLines />}
        {active === "terms" && <Terms />}
        {active === "budgets" && <Budgets />}
      </Tabs>
    </Page>
  );
}
