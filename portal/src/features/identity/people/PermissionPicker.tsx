import { useSession } from "../../../app/session";
import type { Permission } from "../../../gql/graphql";
import { CheckField } from "../../../shared/components";
import { useTexts } from "../../../shared/i18n/i18n";
import { grouped, permissionTexts } from "./permissions";
import { peopleTexts } from "./texts";

/** Permissions to tick, by groups. What one does not hold oneself one cannot give. */
export function PermissionPicker({
  offered,
  chosen,
  onChange,
}: {
  readonly offered: readonly Permission[];
  readonly chosen: ReadonlySet<Permission>;
  readonly onChange: (chosen: ReadonlySet<Permission>) => void;
}) {
  const t = useTexts(peopleTexts);
  const words = useTexts(permissionTexts);
  const { permissions: held } = useSession();
  function toggle(permission: Permission, isChecked: boolean): void {
    const next = new Set(chosen);
    if (isChecked) next.add(permission);
    else next.delete(permission);
    onChange(next);
  }
  return (
    <div className="people-permissions">
      {grouped(offered).map(({ group, permissions }) => (
        <fieldset key={group} className="people-boxes">
          <legend>{words(`group.${group}`)}</legend>
          {permissions.map((permission) => (
            <CheckField
              key={permission}
              label={
                held.has(permission) ? (
                  words(permission)
                ) : (
                  <>
                    {words(permission)}{" "}
                    <span className="field-hint">{t("permission.notHeld")}</span>
                  </>
                )
              }
              disabled={!held.has(permission) && !chosen.has(permission)}
              isChecked={chosen.has(permission)}
              onCheck={(isChecked) => toggle(permission, isChecked)}
            />
          ))}
        </fieldset>
      ))}
      <p role="status" className="field-hint people-count">
        {t("permissions.count", { count: chosen.size })}
      </p>
    </div>
  );
}

/** The same to read. */
export function PermissionList({ permissions }: { readonly permissions: readonly Permission[] }) {
  const words = useTexts(permissionTexts);
  return (
    <dl className="people-permission-list">
      {grouped(permissions).map(({ group, permissions: members }) => (
        <div key={group}>
          <dt>{words(`group.${group}`)}</dt>
          <dd>{members.map((permission) => words(permission)).join(" · ")}</dd>
        </div>
      ))}
    </dl>
  );
}
