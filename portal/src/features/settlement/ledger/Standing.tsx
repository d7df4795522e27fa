import { useState } from "react";

import { usePermissions } from "../../../app/session";
import { CreditBlockDocument, type LedgerPageQuery } from "../../../gql/graphql";
import {
  Button,
  ConfirmButton,
  Gauge,
  IntentProblems,
  Notice,
  Section,
  useName,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { AgeingTable } from "../Ageing";
import { BalanceText } from "../BalanceText";
import { moneyTexts } from "../texts";
import { useTell } from "../told";
import { ledgerTexts } from "./texts";

export type LedgerAccount = NonNullable<LedgerPageQuery["relationship"]>;

/** What the account comes to now, how old it is, and what may still be ordered. */
export function Standing({
  account,
  onSetLimit,
}: {
  readonly account: LedgerAccount;
  readonly onSetLimit: () => void;
}) {
  const t = useTexts(ledgerTexts);
  const words = useTexts(moneyTexts);
  const name = useName();
  const may = usePermissions();
  const { balance, exposure, side } = account;
  return (
    <Section title={t("standing")}>
      {exposure?.isBlocked && <Notice kind="warning">{t("blockedText")}</Notice>}
      {!balance && !exposure && <p>{t("noCredit")}</p>}
      <div className="ledger-standing">
        <div>
          {balance && (
            <p className="ledger-balance">
              <BalanceText buyerOwes={balance.buyerOwes} side={side} />
            </p>
          )}
          {exposure && (
            <Gauge
              title={words("credit.of", { name: name(account.buyer) })}
              limit={exposure.limit}
              owed={exposure.owed}
              held={exposure.held}
              returnable={exposure.returnable}
              free={exposure.free}
            />
          )}
          {exposure && side === "SELLER" && may("CREDIT_MANAGE") && (
            <div className="row-actions">
              <Button size="small" onClick={onSetLimit}>
                {t("limit.set")}
              </Button>
              <Block account={account} isBlocked={exposure.isBlocked} />
            </div>
          )}
        </div>
        {balance && (
          <div>
            <AgeingTable ageing={balance.ageing} />
          </div>
        )}
      </div>
    </Section>
  );
}

function Block({
  account,
  isBlocked,
}: {
  readonly account: LedgerAccount;
  readonly isBlocked: boolean;
}) {
  const t = useTexts(ledgerTexts);
  const name = useName();
  const tell = useTell();
  const [asked, setAsked] = useState(false);
  const intent = useIntent(CreditBlockDocument, "creditBlock", {
    touches: ["CREDIT"],
    onDone: () => tell(t(asked ? "block.done" : "unblock.done")),
  });
  const verb = isBlocked ? "unblock" : "block";
  return (
    <>
      <ConfirmButton
        kind={isBlocked ? "plain" : "danger"}
        size="small"
        title={t(`${verb}.title`, { name: name(account.buyer) })}
        text={t(`${verb}.text`)}
        isBusy={intent.isRunning}
        onConfirm={() => {
          setAsked(!isBlocked);
          void intent.run({ relationshipId: account.id, isBlocked: !isBlocked });
        }}
      >
        {t(verb)}
      </ConfirmButton>
      <IntentProblems intent={intent} />
    </>
  );
}
