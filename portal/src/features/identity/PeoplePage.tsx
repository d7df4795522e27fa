import { useSearchParams } from "react-router";

import { usePermissions } from "../../app/session";
import { Page, Tabs } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { ApiClientsTab } from "./people/ApiClientsTab";
import { InvitationsTab } from "./people/InvitationsTab";
import { InviteButton } from "./people/InviteButton";
import { MembersTab } from "./people/MembersTab";
import { RolesTab } from "./people/RolesTab";
import "./people/people.css";
import { peopleTexts } from "./people/texts";

const TABS = ["people", "invitations", "roles", "clients"] as const;
type TabKey = (typeof TABS)[number];

/** Who may act for the organization, and what they may do. */
export default function PeoplePage() {
  const t = useTexts(peopleTexts);
  const may = usePermissions();
  const [parameters, setParameters] = useSearchParams();
  const tabs = TABS.filter((tab) => tab !== "clients" || may("API_CLIENT_MANAGE"));
  const active = tabs.find((tab) => tab === parameters.get("tab")) ?? "people";
  return (
    <Page title={t("title")} actions={<InviteButton />}>
      <Tabs
        label={t("title")}
        tabs={tabs.map((key) => ({ key, text: t(`tab.${key}`) }))}
        active={active}
        onChange={(tab: TabKey) => setParameters({ tab }, { replace: true })}
      >
        {active === "people" && <MembersTab />}
        {active === "invitations" && <InvitationsTab />}
        {active === "roles" && <RolesTab />}
        {active === "clients" && <ApiClientsTab />}
      </Tabs>
    </Page>
  );
}
