import { useSearchParams } from "react-router";

import { usePermissions, useSession } from "../../app/session";
import { Page, Tabs } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { Alerts } from "./Alerts";
import { ConfirmFile } from "./ConfirmFile";
import { Scorecards } from "./Scorecards";
import "./replenishment.css";
import { supplyTexts } from "./supplyTexts";

/** How sellers keep their word, from either side; what is late; and confirming many orders. */
export default function SupplyPage() {
  const t = useTexts(supplyTexts);
  const may = usePermissions();
  const { sides } = useSession();
  const [parameters, setParameters] = useSearchParams();
  const tabs = [
    ...(sides.buys ? (["buying"] as const) : []),
    ...(sides.sells ? (["selling"] as const) : []),
    "alerts" as const,
    ...(sides.sells && may("ORDER_CONFIRM") ? (["file"] as const) : []),
  ];
  const active = tabs.find((tab) => tab === parameters.get("tab")) ?? tabs[0] ?? "alerts";
  return (
    <Page title={t("title")}>
      <Tabs
        label={t("parts")}
        tabs={tabs.map((key) => ({ key, text: t(`tab.${key}`) }))}
        active={active}
        onChange={(tab) => setParameters({ tab }, { replace: true })}
      >
        {(active === "buying" || active === "selling") && (
          <Scorecards key={active} side={active} />
        )}
        {active === "alerts" && <Alerts />}
        {active === "file" && <ConfirmFile />}
      </Tabs>
    </Page>
  );
}
