import { type FormEvent, useState } from "react";

import {
  OrderListDeleteDocument,
  OrderListSaveDocument,
  OrderListsDocument,
  type OrderListsQuery,
} from "../../../gql/graphql";
import {
  Button,
  ConfirmButton,
  DateText,
  Empty,
  IntentProblems,
  Modal,
  PagedTable,
  Section,
  TextField,
} from "../../../shared/components";
import { useIntent, usePages } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { bare } from "../draft/rows";
import type { Loading } from "./ListsTab";
import { NAME_LENGTH_MAX } from "./SaveList";
import { listsTexts } from "./listsTexts";

type List = OrderListsQuery["orderLists"]["edges"][number]["node"];

/** A list holds up to a thousand rows, which come along: few at a time. */
const PAGE = 10;

/** Lists of the organization, to be loaded into the draft. */
export function SavedLists({ loading }: { readonly loading: Loading }) {
  const t = useTexts(listsTexts);
  const common = useTexts(commonTexts);
  const { integer } = useFormat();
  const pages = usePages({
    kinds: ["ORDER_LIST"],
    document: OrderListsDocument,
    variables: { first: PAGE },
    connection: (result) => result.orderLists,
  });
  return (
    <Section title={t("title")}>
      <PagedTable
        pages={pages}
        caption={t("caption")}
        rowKey={(list) => list.id}
        empty={<Empty>{t("empty")}</Empty>}
        columns={[
          { key: "name", title: t("name"), render: (list) => list.name },
          {
            key: "rows",
            title: t("rows"),
            align: "end",
            render: (list) => integer(list.rows.length),
          },
          {
            key: "updatedAt",
            title: t("updatedAt"),
            render: (list) => <DateText value={list.updatedAt} isSince />,
          },
          {
            key: "updatedBy",
            title: t("updatedBy"),
            isWideOnly: true,
            render: (list) => list.updatedBy ?? "–",
          },
          {
            key: "load",
            title: common("actions"),
            render: (list) => <ListActions list={list} loading={loading} />,
          },
        ]}
      />
    </Section>
  );
}

function ListActions({ list, loading }: { readonly list: List; readonly loading: Loading }) {
  const t = useTexts(listsTexts);
  const { integer } = useFormat();
  const [isOpen, setIsOpen] = useState(false);
  const rows = list.rows.map((row) => bare({ ...row, skuId: row.chosenSkuId ?? null }));
  return (
    <div className="row-actions lists-actions">
      <Button
        size="small"
        kind="primary"
        aria-label={t("append.of", { name: list.name })}
        onClick={() => loading.append(rows)}
      >
        {t("append")}
      </Button>
      {loading.rows.length > 0 && (
        <ConfirmButton
          size="small"
          title={t("replace.title", { name: list.name })}
          text={t("replace.text", { count: integer(loading.rows.length) })}
          confirmText={t("replace")}
          onConfirm={() => loading.replace(rows)}
        >
          {t("replace")}
        </ConfirmButton>
      )}
      <Button
        size="small"
        kind="quiet"
        aria-label={t("more.of", { name: list.name })}
        onClick={() => setIsOpen(true)}
      >
        {t("more")}
      </Button>
      <ListDialog list={list} loading={loading} isOpen={isOpen} onClose={() => setIsOpen(false)} />
    </div>
  );
}

/** Its name, its rows, and its end. */
function ListDialog({
  list,
  loading,
  isOpen,
  onClose,
}: {
  readonly list: List;
  readonly loading: Loading;
  readonly isOpen: boolean;
  onClose(): void;
}) {
  const t = useTexts(listsTexts);
  const common = useTexts(commonTexts);
  const { integer } = useFormat();
  const [name, setName] = useState(list.name);
  const saving = useIntent(OrderListSaveDocument, "orderListSave", {
    touches: ["ORDER_LIST"],
    onDone: ({ orderList }) => {
      onClose();
      loading.tell(t("saved", { name: orderList?.name ?? "" }));
    },
  });
  const deleting = useIntent(OrderListDeleteDocument, "orderListDelete", {
    touches: ["ORDER_LIST"],
    onDone: () => loading.tell(t("deleted", { name: list.name })),
  });
  const rename = (event: FormEvent) => {
    event.preventDefault();
    const rows = list.rows.map((row) => bare({ ...row, skuId: row.chosenSkuId ?? null }));
    if (name.trim() !== "") void saving.run({ orderListId: list.id, name, rows });
  };
  const overwrite = () =>
    void saving.run({ orderListId: list.id, name: list.name, rows: loading.rows.map(bare) });
  const before = integer(list.rows.length);
  const after = integer(loading.rows.length);
  return (
    <Modal title={list.name} isOpen={isOpen} onClose={onClose}>
      <form className="form" onSubmit={rename}>
        <TextField label={t("name")} maxLength={NAME_LENGTH_MAX} value={name} onText={setName} />
        <IntentProblems intent={saving} />
        <div className="row-actions">
          <Button
            type="submit"
            kind="primary"
            isBusy={saving.isRunning}
            disabled={name.trim() === "" || name === list.name}
          >
            {common("save")}
          </Button>
        </div>
      </form>
      <IntentProblems intent={deleting} />
      <div className="row-actions">
        {loading.rows.length > 0 && (
          <ConfirmButton
            title={t("overwrite.title", { name: list.name })}
            text={t("overwrite.text", { before, after })}
            confirmText={t("overwrite")}
            isBusy={saving.isRunning}
            onConfirm={overwrite}
          >
            {t("overwrite")}
          </ConfirmButton>
        )}
        <ConfirmButton
          kind="danger"
          title={t("delete.title", { name: list.name })}
          text={t("delete.text")}
          confirmText={t("delete")}
          isBusy={deleting.isRunning}
          onConfirm={() => void deleting.run({ orderListId: list.id })}
        >
          {t("delete")}
        </ConfirmButton>
      </div>
    </Modal>
  );
}
