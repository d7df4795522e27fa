import { RolesDocument, type RolePartsFragment } from "../../../gql/graphql";
import { CheckField, ErrorLine, Loading, useName } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { peopleTexts } from "./texts";

/** All roles that can be given here. */
export function useRoles() {
  return useGraph({ kinds: ["MEMBER"], document: RolesDocument, variables: {} });
}

/** Roles to tick. */
export function RolePicker({
  isElsewhere = false,
  ids,
  onChange,
}: {
  /** In another organization, which knows the built-in roles alone. */
  readonly isElsewhere?: boolean;
  readonly ids: ReadonlySet<string>;
  readonly onChange: (ids: ReadonlySet<string>) => void;
}) {
  const t = useTexts(peopleTexts);
  const name = useName();
  const roles = useRoles();
  function toggle(role: RolePartsFragment, isChecked: boolean): void {
    const next = new Set(ids);
    if (isChecked) next.add(role.id);
    else next.delete(role.id);
    onChange(next);
  }
  return (
    <fieldset className="people-boxes">
      <legend>{t("roles")}</legend>
      {roles.isPending && <Loading rows={2} />}
      <ErrorLine error={roles.error} onRetry={() => void roles.refetch()} />
      {roles.data?.roles
        .filter((role) => role.isBuiltIn || !isElsewhere)
        .map((role) => (
          <CheckField
            key={role.id}
            label={name(role)}
            isChecked={ids.has(role.id)}
            onCheck={(isChecked) => toggle(role, isChecked)}
          />
        ))}
    </fieldset>
  );
}
