import { useSearchParams } from "react-router";

import { useSession } from "../../app/session";
import type { RelationshipSide } from "../../gql/graphql";
import { Page, type Tab, Tabs } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { Balances } from "./balances/Balances";
import "./money.css";
import { PaperDrawer } from "./papers/PaperDrawer";
import { AdjustmentList, PaymentList, StatementList } from "./papers/lists";
import { moneyTexts } from "./texts";
import { ToldPlace } from "./told";

type Part = "balances" | "statements" | "payments" | "adjustments";

/** All accounts of whom one acts for: what customers owe, what is owed to suppliers, and the
 * papers that wait for somebody's word. */
export default function MoneyPage() {
  const t = useTexts(moneyTexts);
  const { may, sides } = useSession();
  const [parameters, setParameters] = useSearchParams();
  const tabs: readonly Tab<Part>[] = [
    ...(may("RELATIONSHIP_READ") && may("CREDIT_READ")
      ? [{ key: "balances" as const, text: t("tab.balances") }]
      : []),
    ...(may("STATEMENT_READ")
      ? [{ key: "statements" as const, text: t("tab.statements") }]
      : []),
    ...(may("PAYMENT_READ") ? [{ key: "payments" as const, text: t("tab.payments") }] : []),
    ...(may("STATEMENT_READ")
      ? [{ key: "adjustments" as const, text: t("tab.adjustments") }]
      : []),
  ];
  const active = tabs.find(({ key }) => key === parameters.get("tab")) ?? tabs[0];
  const shown: readonly RelationshipSide[] = [
    ...(sides.sells ? (["SELLER"] as const) : []),
    ...(sides.buys || !sides.sells ? (["BUYER"] as const) : []),
  ];
  return (
    <Page title={t("title")}>
      <ToldPlace>
        {active && (
          <Tabs
            label={t("tabs.label")}
            tabs={tabs}
            active={active.key}
            onChange={(tab) => setParameters({ tab }, { replace: true })}
          >
            {active.key === "balances" && <Balances sides={shown} />}
            {active.key === "statements" && <StatementList />}
            {active.key === "payments" && <PaymentList />}
            {active.key === "adjustments" && <AdjustmentList />}
          </Tabs>
        )}
        <PaperDrawer />
      </ToldPlace>
    </Page>
  );
}
