import { useState } from "react";
import { useNavigate } from "react-router";

import {
  AssortmentCreateDocument,
  type AssortmentPartsFragment,
  AssortmentsDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  FormDialog,
  Page,
  PagedTable,
  TextField,
  problemAt,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { catalogTexts } from "./texts";

const PAGE_SIZE = 50;

/** What we offer, in named sets that are granted to relationships. */
export default function AssortmentsPage() {
  const t = useTexts(catalogTexts);
  const name = useName();
  const [typed, setTyped] = useState("");
  const [isCreating, setIsCreating] = useState(false);
  const search = useSettled(typed).trim();
  const pages = usePages({
    kinds: ["CATALOG"],
    document: AssortmentsDocument,
    variables: { search: search || null, first: PAGE_SIZE },
    connection: (result) => result.assortments,
    keepsFormer: true,
  });
  const columns: readonly Column<AssortmentPartsFragment>[] = [
    { key: "name", title: t("assortments.title"), render: (assortment) => name(assortment) },
    { key: "code", title: t("code"), render: (assortment) => assortment.code },
  ];
  return (
    <Page
      title={t("assortments.title")}
      actions={
        <Button kind="primary" onClick={() => setIsCreating(true)}>
          {t("assortment.new")}
        </Button>
      }
    >
      <div className="form" role="search">
        <TextField
          label={t("assortments.search")}
          type="search"
          placeholder={t("search.hint")}
          value={typed}
          onText={setTyped}
        />
      </div>
      <PagedTable
        caption={t("assortments.title")}
        pages={pages}
        columns={columns}
        rowKey={(assortment) => assortment.id}
        rowHref={(assortment) => `/setup/assortments/${encodeURIComponent(assortment.id)}`}
        empty={
          <Empty
            action={<Button onClick={() => setIsCreating(true)}>{t("assortment.new")}</Button>}
          >
            {t("assortments.empty")}
          </Empty>
        }
      />
      {isCreating && <NewAssortment onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function NewAssortment({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(catalogTexts);
  const navigate = useNavigate();
  const [code, setCode] = useState("");
  const [ownName, setOwnName] = useState("");
  const [nameEn, setNameEn] = useState("");
  const intent = useIntent(AssortmentCreateDocument, "assortmentCreate", {
    touches: ["CATALOG"],
    onDone: ({ assortment }) => {
      onClose();
      if (assortment) void navigate(`/setup/assortments/${encodeURIComponent(assortment.id)}`);
    },
  });
  return (
    <FormDialog
      title={t("assortment.new")}
      intent={intent}
      isReady={code.trim() !== "" && ownName.trim() !== ""}
      onSubmit={() =>
        void intent.run({ code: code.trim(), name: ownName.trim(), nameEn: nameEn.trim() })
      }
      onClose={onClose}
    >
      <TextField
        label={t("code")}
        isRequired
        value={code}
        error={problemAt(intent.problems, "code")}
        onText={setCode}
      />
      <TextField
        label={t("name")}
        isRequired
        value={ownName}
        error={problemAt(intent.problems, "name")}
        onText={setOwnName}
      />
      <TextField
        label={t("nameEn")}
        value={nameEn}
        error={problemAt(intent.problems, "nameEn")}
        onText={setNameEn}
      />
    </FormDialog>
  );
}
