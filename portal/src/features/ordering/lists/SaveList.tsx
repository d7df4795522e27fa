import { type FormEvent, useState } from "react";

import { OrderListSaveDocument } from "../../../gql/graphql";
import { Button, IntentProblems, Section, TextField } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { bare } from "../draft/rows";
import type { Loading } from "./ListsTab";
import { listsTexts } from "./listsTexts";

export const NAME_LENGTH_MAX = 100;

/** The draft as a list under a name. */
export function SaveList({ loading }: { readonly loading: Loading }) {
  const t = useTexts(listsTexts);
  const { integer } = useFormat();
  const [name, setName] = useState("");
  const intent = useIntent(OrderListSaveDocument, "orderListSave", {
    touches: ["ORDER_LIST"],
    onDone: ({ orderList }) => {
      setName("");
      loading.tell(t("saved", { name: orderList?.name ?? "" }));
    },
  });
  const { rows } = loading;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") void intent.run({ name, rows: rows.map(bare) });
  };
  return (
    <Section title={t("save.title")}>
      {rows.length === 0 ? (
        <p>{t("save.none")}</p>
      ) : (
        <form className="form" onSubmit={submit}>
          <TextField
            label={t("save.name")}
            hint={t("save.hint", { count: integer(rows.length) })}
            maxLength={NAME_LENGTH_MAX}
            value={name}
            onText={setName}
          />
          <IntentProblems intent={intent} />
          <div className="row-actions">
            <Button type="submit" kind="primary" isBusy={intent.isRunning} disabled={name.trim() === ""}>
              {t("save")}
            </Button>
          </div>
        </form>
      )}
    </Section>
  );
}
