import { useState } from "react";

import { usePermissions } from "../../../app/session";
import type { RolePartsFragment } from "../../../gql/graphql";
import {
  Button,
  type Column,
  DataTable,
  ErrorState,
  Loading,
  Modal,
  StatePill,
  useName,
} from "../../../shared/components";
import { commonTexts } from "../../../shared/i18n/common";
import { useTexts } from "../../../shared/i18n/i18n";
import { AuditButton } from "../audit/AuditDrawer";
import { PermissionList } from "./PermissionPicker";
import { EditRole, NewRole } from "./RoleForm";
import { useRoles } from "./RolePicker";
import { peopleTexts } from "./texts";

/** What people can be here: the built-in roles, and the organization's own. */
export function RolesTab() {
  const t = useTexts(peopleTexts);
  const name = useName();
  const may = usePermissions();
  const roles = useRoles();
  const [shown, setShown] = useState<RolePartsFragment | "new" | null>(null);
  const canManage = may("PEOPLE_MANAGE");
  const columns: readonly Column<RolePartsFragment>[] = [
    { key: "name", title: t("role"), render: (role) => name(role) },
    { key: "code", title: t("role.code"), render: (role) => role.code },
    {
      key: "kind",
      title: t("role.kind"),
      render: (role) => (
        <StatePill kind={role.isBuiltIn ? "neutral" : "active"}>
          {t(role.isBuiltIn ? "role.builtIn" : "role.own")}
        </StatePill>
      ),
    },
    {
      key: "count",
      title: t("role.count"),
      align: "end",
      render: (role) => role.permissions.length,
    },
    {
      key: "actions",
      title: "",
      render: (role) => {
        const text = t(canManage && !role.isBuiltIn ? "role.edit" : "role.view");
        return (
          <Button
            size="small"
            aria-label={`${text}: ${name(role)}`}
            onClick={() => setShown(role)}
          >
            {text}
          </Button>
        );
      },
    },
  ];
  if (roles.isPending) return <Loading rows={6} />;
  if (roles.data === undefined) {
    return <ErrorState error={roles.error} onRetry={() => void roles.refetch()} />;
  }
  const close = () => setShown(null);
  return (
    <>
      {canManage && (
        <div className="people-tab-actions">
          <Button kind="primary" onClick={() => setShown("new")}>
            {t("role.new")}
          </Button>
        </div>
      )}
      <DataTable
        caption={t("roles.caption")}
        rows={roles.data.roles}
        columns={columns}
        rowKey={(role) => role.id}
      />
      {shown === "new" && <NewRole roles={roles.data.roles} onClose={close} />}
      {shown !== null &&
        shown !== "new" &&
        (canManage && !shown.isBuiltIn ? (
          <EditRole role={shown} onClose={close} />
        ) : (
          <ShowRole role={shown} onClose={close} />
        ))}
    </>
  );
}

function ShowRole({
  role,
  onClose,
}: {
  readonly role: RolePartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(peopleTexts);
  const common = useTexts(commonTexts);
  const name = useName();
  return (
    <Modal
      title={t("role.title", { name: name(role) })}
      isOpen
      isWide
      onClose={onClose}
      footer={
        <>
          {!role.isBuiltIn && (
            <AuditButton subjectType="role" subjectId={role.id} title={name(role)} />
          )}
          <Button onClick={onClose}>{common("close")}</Button>
        </>
      }
    >
      <div className="form form-wide">
        {role.isBuiltIn && <p>{t("role.builtIn.text")}</p>}
        <PermissionList permissions={role.permissions} />
      </div>
    </Modal>
  );
}
