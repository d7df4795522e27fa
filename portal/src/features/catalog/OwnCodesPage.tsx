import { useState } from "react";

import { BuyerCodesPutDocument, OwnCodesDocument, type OwnCodesQuery } from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  FormDialog,
  Notice,
  Page,
  PagedTable,
  TextField,
  problemAt,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { SheetForm } from "./sheet/SheetForm";
import { type BlockColumn, CODE_NAMES } from "./sheet/block";
import { sheetTexts } from "./sheet/texts";
import { catalogTexts } from "./texts";

type OwnCode = OwnCodesQuery["skus"]["edges"][number]["node"];

const PAGE_SIZE = 50;
const COLUMNS: readonly BlockColumn[] = [
  { key: "code", names: CODE_NAMES },
  { key: "own", names: "owncode own ourcode buyercode 自有编码 我方编码 客户编码 内部编码".split(" ") },
];

/** What we call the SKUs that we buy. */
export default function OwnCodesPage() {
  const t = useTexts(catalogTexts);
  const [typed, setTyped] = useState("");
  const search = useSettled(typed).trim();
  const [isPasting, setIsPasting] = useState(false);
  const [edited, setEdited] = useState<OwnCode | null>(null);
  const [isSaved, setIsSaved] = useState(false);
  const pages = usePages({
    kinds: ["CATALOG"],
    document: OwnCodesDocument,
    variables: { search: search || null, first: PAGE_SIZE },
    connection: (result) => result.skus,
    keepsFormer: true,
  });
  return (
    <Page
      title={t("own.title")}
      subtitle={t("own.help")}
      actions={
        !isPasting && <Button onClick={() => setIsPasting(true)}>{t("own.paste")}</Button>
      }
    >
      {isPasting && <ManyCodes onClose={() => setIsPasting(false)} />}
      <div className="form" role="search">
        <TextField
          label={t("own.search")}
          type="search"
          placeholder={t("own.search.hint")}
          value={typed}
          onText={setTyped}
        />
      </div>
      {isSaved && <Notice kind="good">{t("own.saved")}</Notice>}
      <PagedTable
        caption={t("own.title")}
        pages={pages}
        columns={useColumns((sku) => {
          setIsSaved(false);
          setEdited(sku);
        })}
        rowKey={(sku) => sku.id}
        empty={<Empty>{t("own.empty")}</Empty>}
      />
      {edited && (
        <OneCode
          key={edited.id}
          sku={edited}
          onDone={() => setIsSaved(true)}
          onClose={() => setEdited(null)}
        />
      )}
    </Page>
  );
}

function useColumns(edit: (sku: OwnCode) => void): readonly Column<OwnCode>[] {
  const t = useTexts(catalogTexts);
  const name = useName();
  return [
    { key: "name", title: t("sku"), render: (sku) => name(sku) },
    { key: "code", title: t("code"), render: (sku) => sku.code },
    { key: "own", title: t("own.code"), render: (sku) => sku.ownCode ?? t("own.none") },
    {
      key: "edit",
      title: "",
      render: (sku) => (
        <Button
          size="small"
          aria-label={t("own.editOf", { code: sku.code })}
          onClick={() => edit(sku)}
        >
          {t("own.edit")}
        </Button>
      ),
    },
  ];
}

function OneCode({
  sku,
  onDone,
  onClose,
}: {
  readonly sku: OwnCode;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  const [code, setCode] = useState(sku.ownCode ?? "");
  const intent = useIntent(BuyerCodesPutDocument, "buyerCodesPut", {
    touches: ["CATALOG"],
    onDone: () => {
      onDone();
      onClose();
    },
  });
  return (
    <FormDialog
      title={t("own.editOf", { code: sku.code })}
      intent={intent}
      isReady
      onSubmit={() => void intent.run({ codes: [{ skuId: sku.id, code: code.trim() || null }] })}
      onClose={onClose}
    >
      <TextField
        label={t("own.code")}
        value={code}
        autoComplete="off"
        error={problemAt(intent.problems, "codes.0.code")}
        onText={setCode}
      />
    </FormDialog>
  );
}

function ManyCodes({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(catalogTexts);
  const words = useTexts(sheetTexts);
  const intent = useIntent(BuyerCodesPutDocument, "buyerCodesPut", { touches: ["CATALOG"] });
  return (
    <SheetForm
      title={t("own.paste")}
      help={t("own.paste.help")}
      columns={COLUMNS}
      shown={(hasTried) => [
        {
          key: "own",
          title: t("own.code"),
          fault: ({ cells }) =>
            hasTried && (cells["code"] ?? "") !== "" && (cells["own"] ?? "").trim() === ""
              ? words("missing")
              : undefined,
        },
      ]}
      intent={intent}
      read={({ cells }, found) => {
        const code = (cells["own"] ?? "").trim();
        return found.kind === "sku" && code !== "" ? { skuId: found.sku.id, code } : null;
      }}
      onPut={(codes) => intent.run({ codes })}
      onClose={onClose}
    />
  );
}
