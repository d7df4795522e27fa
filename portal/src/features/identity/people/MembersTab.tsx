import { useState } from "react";

import { usePermissions, useSession } from "../../../app/session";
import { type MemberPartsFragment, PeopleDocument } from "../../../gql/graphql";
import {
  Button,
  type Column,
  DateText,
  Empty,
  PagedTable,
  StatePill,
  TextField,
  useName,
} from "../../../shared/components";
import { usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { useSettled } from "../../../shared/useSettled";
import { MemberDrawer } from "./MemberDrawer";
import { peopleTexts } from "./texts";

const PAGE_SIZE = 50;

/** Who may act for the organization, and as what. */
export function MembersTab() {
  const t = useTexts(peopleTexts);
  const may = usePermissions();
  const [typed, setTyped] = useState("");
  const search = useSettled(typed).trim();
  const [shownId, setShownId] = useState<string | null>(null);
  const pages = usePages({
    kinds: ["MEMBER"],
    document: PeopleDocument,
    variables: { search: search || null, first: PAGE_SIZE },
    connection: (result) => result.people,
    keepsFormer: true,
  });
  const shown = pages.rows.find(({ id }) => id === shownId);
  return (
    <>
      <div className="people-tab-actions" role="search">
        <TextField
          label={t("search")}
          type="search"
          placeholder={t("search.hint")}
          value={typed}
          onText={setTyped}
        />
      </div>
      <PagedTable
        caption={t("people.caption")}
        pages={pages}
        columns={useColumns(may("PEOPLE_MANAGE", "AUDIT_READ") ? setShownId : null)}
        rowKey={(member) => member.id}
        empty={<Empty>{t("people.empty")}</Empty>}
      />
      {shown && (
        <MemberDrawer key={shown.id} member={shown} onClose={() => setShownId(null)} />
      )}
    </>
  );
}

function useColumns(show: ((id: string) => void) | null): readonly Column<MemberPartsFragment>[] {
  const t = useTexts(peopleTexts);
  const name = useName();
  const { viewer } = useSession();
  return [
    {
      key: "name",
      title: t("name"),
      render: (member) => (
        <>
          {member.name}
          {member.email === viewer.account?.email && (
            <span className="field-hint"> ({t("member.you")})</span>
          )}
        </>
      ),
    },
    { key: "email", title: t("email"), render: (member) => member.email },
    {
      key: "roles",
      title: t("roles"),
      render: (member) => member.roles.map(name).join(" · ") || t("roles.none"),
    },
    {
      key: "since",
      title: t("since"),
      isWideOnly: true,
      render: (member) => <DateText value={member.createdAt} />,
    },
    {
      key: "state",
      title: t("state"),
      render: (member) => (
        <StatePill kind={member.isActive ? "good" : "neutral"}>
          {t(member.isActive ? "state.active" : "state.inactive")}
        </StatePill>
      ),
    },
    ...(show === null
      ? []
      : [
          {
            key: "actions",
            title: "",
            render: (member: MemberPartsFragment) => (
              <Button
                size="small"
                aria-label={`${t("manage")}: ${member.name}`}
                onClick={() => show(member.id)}
              >
                {t("manage")}
              </Button>
            ),
          },
        ]),
  ];
}
