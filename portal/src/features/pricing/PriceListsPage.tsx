import { useState } from "react";
import { useNavigate } from "react-router";

import { useSession } from "../../app/session";
import {
  type PriceLevel,
  PriceListCreateDocument,
  type PriceListPartsFragment,
  PriceListsDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  FormDialog,
  Page,
  PagedTable,
  SelectField,
  StatePill,
  Tabs,
  TextField,
  ValidFrom,
  ValidTo,
  problemAt,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { beginOf, endOf } from "../../shared/days";
import { pricingTexts } from "./texts";

const PAGE_SIZE = 50;
const LEVELS = ["BASE", "TIER", "REGION", "GROUP", "CONTRACT", "QUOTE"] as const;

/** Our price lists, by how particular they are. */
export default function PriceListsPage() {
  const t = useTexts(pricingTexts);
  const [level, setLevel] = useState<PriceLevel | "ALL">("ALL");
  const [typed, setTyped] = useState("");
  const [isCreating, setIsCreating] = useState(false);
  const search = useSettled(typed).trim();
  const pages = usePages({
    kinds: ["PRICE"],
    document: PriceListsDocument,
    variables: {
      level: level === "ALL" ? null : level,
      search: search || null,
      first: PAGE_SIZE,
    },
    connection: (result) => result.priceLists,
    keepsFormer: true,
  });
  return (
    <Page
      title={t("lists.title")}
      actions={
        <Button kind="primary" onClick={() => setIsCreating(true)}>
          {t("new")}
        </Button>
      }
    >
      <div className="form" role="search">
        <TextField
          label={t("lists.search")}
          type="search"
          placeholder={t("lists.search.hint")}
          value={typed}
          onText={setTyped}
        />
      </div>
      <Tabs
        label={t("levels")}
        tabs={(["ALL", ...LEVELS] as const).map((key) => ({ key, text: t(`level.${key}`) }))}
        active={level}
        onChange={setLevel}
      >
        <PagedTable
          caption={t("lists.title")}
          pages={pages}
          columns={useColumns()}
          rowKey={(list) => list.id}
          rowHref={(list) => `/setup/price-lists/${encodeURIComponent(list.id)}`}
          empty={
            <Empty
              action={<Button onClick={() => setIsCreating(true)}>{t("new")}</Button>}
            >
              {t("lists.empty")}
            </Empty>
          }
        />
      </Tabs>
      {isCreating && <NewPriceList onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function useColumns(): readonly Column<PriceListPartsFragment>[] {
  const t = useTexts(pricingTexts);
  const name = useName();
  return [
    { key: "name", title: t("list"), render: (list) => name(list) },
    { key: "code", title: t("code"), render: (list) => list.code },
    { key: "level", title: t("level"), render: (list) => t(`level.${list.level}`) },
    { key: "currency", title: t("currency"), render: (list) => list.currency },
    { key: "from", title: t("validFrom"), render: (list) => <ValidFrom value={list.validFrom} /> },
    { key: "to", title: t("validTo"), render: (list) => <ValidTo value={list.validTo} /> },
    {
      key: "state",
      title: t("state"),
      render: (list) => <PriceListState isActive={list.isActive} />,
    },
  ];
}

export function PriceListState({ isActive }: { readonly isActive: boolean }) {
  const t = useTexts(pricingTexts);
  return (
    <StatePill kind={isActive ? "good" : "neutral"}>
      {t(isActive ? "state.on" : "state.off")}
    </StatePill>
  );
}

function NewPriceList({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(pricingTexts);
  const navigate = useNavigate();
  const { viewer } = useSession();
  const [code, setCode] = useState("");
  const [listName, setListName] = useState("");
  const [nameEn, setNameEn] = useState("");
  const [level, setLevel] = useState<string>("BASE");
  const [currency, setCurrency] = useState(viewer.network?.currency ?? "");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const intent = useIntent(PriceListCreateDocument, "priceListCreate", {
    touches: ["PRICE"],
    onDone: ({ priceList }) => {
      onClose();
      if (priceList) void navigate(`/setup/price-lists/${encodeURIComponent(priceList.id)}`);
    },
  });
  return (
    <FormDialog
      title={t("new")}
      intent={intent}
      isReady={code.trim() !== "" && listName.trim() !== "" && currency.trim() !== ""}
      onSubmit={() =>
        void intent.run({
          code: code.trim(),
          name: listName.trim(),
          nameEn: nameEn.trim(),
          level: level as PriceLevel,
          currency: currency.trim().toUpperCase(),
          validFrom: from === "" ? null : beginOf(from),
          validTo: to === "" ? null : endOf(to),
        })
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
        value={listName}
        error={problemAt(intent.problems, "name")}
        onText={setListName}
      />
      <TextField
        label={t("nameEn")}
        value={nameEn}
        error={problemAt(intent.problems, "nameEn")}
        onText={setNameEn}
      />
      <div className="form-row">
        <SelectField
          label={t("level")}
          hint={t("level.hint")}
          options={LEVELS.map((value) => ({ value, text: t(`level.${value}`) }))}
          value={level}
          onText={setLevel}
        />
        <TextField
          label={t("currency")}
          isRequired
          maxLength={3}
          value={currency}
          error={problemAt(intent.problems, "currency")}
          onText={setCurrency}
        />
      </div>
      <div className="form-row">
        <TextField
          label={t("validFrom")}
          type="date"
          hint={t("validFrom.hint")}
          value={from}
          error={problemAt(intent.problems, "validFrom")}
          onText={setFrom}
        />
        <TextField
          label={t("validTo")}
          type="date"
          hint={t("validTo.hint")}
          value={to}
          error={problemAt(intent.problems, "validTo")}
          onText={setTo}
        />
      </div>
    </FormDialog>
  );
}
