import { useState } from "react";

import {
  type Permission,
  RoleCreateDocument,
  RoleDeleteDocument,
  type RolePartsFragment,
  RoleUpdateDocument,
} from "../../../gql/graphql";
import {
  ConfirmButton,
  FormDialog,
  IntentProblems,
  SelectField,
  TextField,
  problemAt,
  useName,
} from "../../../shared/components";
import { type Problem, useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { AuditButton } from "../audit/AuditDrawer";
import { PermissionPicker } from "./PermissionPicker";
import { PERMISSIONS } from "./permissions";
import { peopleTexts } from "./texts";

interface Values {
  readonly name: string;
  readonly nameEn: string;
  readonly permissions: ReadonlySet<Permission>;
}

function isNamed({ name, nameEn }: Values): boolean {
  return name.trim() !== "" && nameEn.trim() !== "";
}

/** A role of the organization's own; another's permissions may be taken to begin with. */
export function NewRole({
  roles,
  onClose,
}: {
  readonly roles: readonly RolePartsFragment[];
  readonly onClose: () => void;
}) {
  const t = useTexts(peopleTexts);
  const nameOf = useName();
  const [code, setCode] = useState("");
  const [fromId, setFromId] = useState("");
  const [values, setValues] = useState<Values>({ name: "", nameEn: "", permissions: new Set() });
  const intent = useIntent(RoleCreateDocument, "roleCreate", {
    touches: ["MEMBER"],
    onDone: onClose,
  });
  const { name, nameEn, permissions } = values;
  return (
    <FormDialog
      title={t("role.new")}
      intent={intent}
      isWide
      isReady={code.trim() !== "" && isNamed(values) && permissions.size > 0}
      onSubmit={() =>
        void intent.run({ code: code.trim(), name, nameEn, permissions: [...permissions] })
      }
      onClose={onClose}
    >
      <TextField
        label={t("role.code")}
        hint={t("role.code.hint")}
        isRequired
        value={code}
        error={problemAt(intent.problems, "code")}
        onText={setCode}
      />
      <Names values={values} problems={intent.problems} onChange={setValues} />
      <SelectField
        label={t("role.from")}
        options={[
          { value: "", text: t("role.from.none") },
          ...roles.map((role) => ({ value: role.id, text: nameOf(role) })),
        ]}
        value={fromId}
        onText={(id) => {
          setFromId(id);
          const from = roles.find((role) => role.id === id);
          setValues({ ...values, permissions: new Set(from?.permissions) });
        }}
      />
      <PermissionPicker
        offered={PERMISSIONS}
        chosen={permissions}
        onChange={(chosen) => setValues({ ...values, permissions: chosen })}
      />
    </FormDialog>
  );
}

export function EditRole({
  role,
  onClose,
}: {
  readonly role: RolePartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(peopleTexts);
  const nameOf = useName();
  const [values, setValues] = useState<Values>({
    name: role.name,
    nameEn: role.nameEn,
    permissions: new Set(role.permissions),
  });
  const options = { touches: ["MEMBER", "SESSION"] as const, onDone: onClose };
  const intent = useIntent(RoleUpdateDocument, "roleUpdate", options);
  const deleting = useIntent(RoleDeleteDocument, "roleDelete", options);
  const { name, nameEn, permissions } = values;
  return (
    <FormDialog
      title={t("role.title", { name: nameOf(role) })}
      intent={intent}
      isWide
      isReady={isNamed(values) && permissions.size > 0}
      onSubmit={() =>
        void intent.run({ roleId: role.id, name, nameEn, permissions: [...permissions] })
      }
      onClose={onClose}
    >
      <Names values={values} problems={intent.problems} onChange={setValues} />
      <PermissionPicker
        offered={PERMISSIONS}
        chosen={permissions}
        onChange={(chosen) => setValues({ ...values, permissions: chosen })}
      />
      <IntentProblems intent={deleting} />
      <div className="row-actions">
        <AuditButton subjectType="role" subjectId={role.id} title={nameOf(role)} />
        <ConfirmButton
          kind="danger"
          title={t("role.delete.title", { name: nameOf(role) })}
          text={t("role.delete.text")}
          confirmText={t("role.delete")}
          isBusy={deleting.isRunning}
          onConfirm={() => void deleting.run({ roleId: role.id })}
        >
          {t("role.delete")}
        </ConfirmButton>
      </div>
    </FormDialog>
  );
}

function Names({
  values,
  problems,
  onChange,
}: {
  readonly values: Values;
  readonly problems: readonly Problem[];
  readonly onChange: (values: Values) => void;
}) {
  const t = useTexts(peopleTexts);
  return (
    <>
      <TextField
        label={t("role.name")}
        isRequired
        value={values.name}
        error={problemAt(problems, "name")}
        onText={(name) => onChange({ ...values, name })}
      />
      <TextField
        label={t("role.nameEn")}
        isRequired
        value={values.nameEn}
        error={problemAt(problems, "nameEn")}
        onText={(nameEn) => onChange({ ...values, nameEn })}
      />
    </>
  );
}
