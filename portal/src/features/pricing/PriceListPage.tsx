import { useState } from "react";
import { useParams } from "react-router";

import { usePermissions } from "../../app/session";
import {
  PriceListGrantDocument,
  PriceListPageDocument,
  type PriceListPartsFragment,
  PriceListRelationshipsDocument,
  PriceListRevokeDocument,
  PriceListUpdateDocument,
} from "../../gql/graphql";
import {
  Button,
  CheckField,
  Empty,
  ErrorState,
  Facts,
  FormDialog,
  Loading,
  Page,
  Section,
  Tabs,
  TextField,
  ValidFrom,
  ValidTo,
  problemAt,
  useName,
} from "../../shared/components";
import { useGraph, useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { GRANTS_PAGE_SIZE, Grants, NO_RELATIONSHIPS } from "../catalog/Grants";
import { NewPrices } from "./NewPrices";
import { PriceListState } from "./PriceListsPage";
import { Prices } from "./Prices";
import { endOf, lastDayBefore } from "../../shared/days";
import { pricingTexts } from "./texts";

/** One price list: its prices, new ones with a look at whom they reach, and to whom it applies. */
export default function PriceListPage() {
  const t = useTexts(pricingTexts);
  const name = useName();
  const { id = "" } = useParams();
  const asked = useGraph({ kinds: ["PRICE"], document: PriceListPageDocument, variables: { id } });
  const list = asked.data?.priceList;
  return (
    <Page
      title={list ? name(list) : t("list")}
      {...(list && { subtitle: list.code })}
      breadcrumbs={[{ to: "/setup/price-lists", text: t("lists.title") }]}
      actions={list && <EditPriceList key={list.id} list={list} />}
    >
      {asked.isPending && <Loading rows={8} onRetry={() => void asked.refetch()} />}
      {asked.error && !list && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !list && <Empty>{t("notFound")}</Empty>}
      {list && <Body key={list.id} list={list} />}
    </Page>
  );
}

function Body({ list }: { readonly list: PriceListPartsFragment }) {
  const t = useTexts(pricingTexts);
  const may = usePermissions();
  const [tab, setTab] = useState<"prices" | "reached">("prices");
  const [isEntering, setIsEntering] = useState(false);
  return (
    <>
      <Facts
        items={[
          { term: t("level"), value: t(`level.${list.level}`) },
          { term: t("currency"), value: list.currency },
          { term: t("validFrom"), value: <ValidFrom value={list.validFrom} /> },
          { term: t("validTo"), value: <ValidTo value={list.validTo} /> },
          { term: t("state"), value: <PriceListState isActive={list.isActive} /> },
        ]}
      />
      {isEntering && <NewPrices list={list} onClose={() => setIsEntering(false)} />}
      <Tabs
        label={t("parts")}
        tabs={[
          { key: "prices", text: t("prices") },
          ...(may("RELATIONSHIP_READ") ? [{ key: "reached" as const, text: t("reached") }] : []),
        ]}
        active={tab}
        onChange={setTab}
      >
        {tab === "prices" ? (
          <Section
            title={t("prices")}
            actions={
              !isEntering && (
                <Button kind="primary" onClick={() => setIsEntering(true)}>
                  {t("prices.add")}
                </Button>
              )
            }
          >
            <Prices list={list} />
          </Section>
        ) : (
          <Reached list={list} />
        )}
      </Tabs>
    </>
  );
}

function Reached({ list }: { readonly list: PriceListPartsFragment }) {
  const t = useTexts(pricingTexts);
  const pages = usePages({
    kinds: ["PRICE", "RELATIONSHIP"],
    document: PriceListRelationshipsDocument,
    variables: { id: list.id, first: GRANTS_PAGE_SIZE },
    connection: (result) => result.priceList?.relationships ?? NO_RELATIONSHIPS,
  });
  const options = { touches: ["PRICE"] as const };
  const granting = useIntent(PriceListGrantDocument, "priceListGrant", options);
  const revoking = useIntent(PriceListRevokeDocument, "priceListRevoke", options);
  const isBase = list.level === "BASE";
  return (
    <Grants
      title={t("reached")}
      pages={pages}
      emptyText={t(isBase ? "reached.baseEmpty" : "reached.empty")}
      {...(isBase
        ? { note: t("reached.base", { currency: list.currency }) }
        : {
            granting,
            revoking,
            onGrant: (relationshipIds) => granting.run({ priceListId: list.id, relationshipIds }),
            onRevoke: (relationshipIds) => revoking.run({ priceListId: list.id, relationshipIds }),
          })}
    />
  );
}

function EditPriceList({ list }: { readonly list: PriceListPartsFragment }) {
  const t = useTexts(pricingTexts);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{t("edit")}</Button>
      {isOpen && <EditForm list={list} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function EditForm({
  list,
  onClose,
}: {
  readonly list: PriceListPartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(pricingTexts);
  const lastDay = list.validTo == null ? "" : (lastDayBefore(list.validTo) ?? "");
  const [listName, setListName] = useState(list.name);
  const [nameEn, setNameEn] = useState(list.nameEn);
  const [to, setTo] = useState(lastDay);
  const [isActive, setIsActive] = useState(list.isActive);
  const intent = useIntent(PriceListUpdateDocument, "priceListUpdate", {
    touches: ["PRICE"],
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t("edit.title", { code: list.code })}
      intent={intent}
      isReady={listName.trim() !== ""}
      onSubmit={() =>
        void intent.run({
          priceListId: list.id,
          name: listName.trim(),
          nameEn: nameEn.trim(),
          isActive,
          // An end within a day stays as it is until another one is chosen.
          ...(to !== lastDay && { validTo: to === "" ? null : endOf(to) }),
        })
      }
      onClose={onClose}
    >
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
      <TextField
        label={t("validTo")}
        type="date"
        hint={t("validTo.hint")}
        value={to}
        error={problemAt(intent.problems, "validTo")}
        onText={setTo}
      />
      <CheckField label={t("isActive")} isChecked={isActive} onCheck={setIsActive} />
      <p className="field-hint">{t("isActive.hint")}</p>
    </FormDialog>
  );
}
