import { useState } from "react";
import { useNavigate } from "react-router";

import { usePermissions } from "../../app/session";
import { StoreCreateDocument, StoresDocument, type StoresQuery } from "../../gql/graphql";
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
import { StoreState, collectorOf } from "./StoreState";
import { channelTexts } from "./texts";

type Row = StoresQuery["stores"]["edges"][number]["node"];

const PAGE_SIZE = 50;

/** Our stores, and those that we supply or are asked to. */
export default function StoresPage() {
  const t = useTexts(channelTexts);
  const may = usePermissions();
  const [typed, setTyped] = useState("");
  const [isCreating, setIsCreating] = useState(false);
  const search = useSettled(typed).trim();
  const pages = usePages({
    kinds: ["STORE"],
    document: StoresDocument,
    variables: { search: search || null, first: PAGE_SIZE },
    connection: (result) => result.stores,
    keepsFormer: true,
  });
  return (
    <Page
      title={t("stores.title")}
      actions={
        may("STORE_MANAGE") && (
          <Button kind="primary" onClick={() => setIsCreating(true)}>
            {t("store.new")}
          </Button>
        )
      }
    >
      <div className="form" role="search">
        <TextField
          label={t("stores.search")}
          type="search"
          placeholder={t("stores.hint")}
          value={typed}
          onText={setTyped}
        />
      </div>
      <PagedTable
        caption={t("stores.title")}
        pages={pages}
        columns={useColumns()}
        rowKey={(store) => store.id}
        rowHref={(store) => `/stores/${encodeURIComponent(store.id)}`}
        empty={<Empty>{t("stores.empty")}</Empty>}
      />
      {isCreating && <NewStore onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function useColumns(): readonly Column<Row>[] {
  const t = useTexts(channelTexts);
  const name = useName();
  return [
    { key: "name", title: t("stores.title"), render: (store) => name(store) },
    { key: "code", title: t("code"), render: (store) => store.code },
    {
      key: "organization",
      title: t("organization"),
      render: (store) => name(store.route[0]?.organization),
    },
    { key: "region", title: t("region"), render: (store) => store.region || "–", isWideOnly: true },
    {
      key: "collector",
      title: t("collector"),
      render: (store) => name(collectorOf(store)),
      isWideOnly: true,
    },
    { key: "state", title: t("state"), render: (store) => <StoreState store={store} /> },
  ];
}

function NewStore({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(channelTexts);
  const navigate = useNavigate();
  const [code, setCode] = useState("");
  const [ownName, setOwnName] = useState("");
  const [nameEn, setNameEn] = useState("");
  const intent = useIntent(StoreCreateDocument, "storeCreate", {
    touches: ["STORE"],
    onDone: ({ store }) => {
      onClose();
      if (store) void navigate(`/stores/${encodeURIComponent(store.id)}`);
    },
  });
  return (
    <FormDialog
      title={t("store.new")}
      intent={intent}
      fields={["code", "name", "nameEn"]}
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
