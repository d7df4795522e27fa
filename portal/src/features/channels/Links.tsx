import { useState } from "react";

import { usePermissions } from "../../app/session";
import { StoreLinkCreateDocument, StoreLinksDocument, type StoreLinksQuery } from "../../gql/graphql";
import {
  Button,
  type Column,
  DateText,
  Empty,
  FormDialog,
  PagedTable,
  Section,
  TextField,
  problemAt,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { SkuPicker } from "../catalog/SkuPicker";
import type { StoreDetail } from "./StorePage";
import { channelTexts } from "./texts";

type StoreLink = NonNullable<StoreLinksQuery["store"]>["links"]["edges"][number]["node"];

const PAGE_SIZE = 50;
const NONE = { edges: [], pageInfo: { hasNextPage: false } } as const;

/** Ways into the store that keep in mind where somebody came from. */
export function Links({ store }: { readonly store: StoreDetail }) {
  const t = useTexts(channelTexts);
  const name = useName();
  const may = usePermissions();
  const [isCreating, setIsCreating] = useState(false);
  const pages = usePages({
    kinds: ["STORE"],
    document: StoreLinksDocument,
    variables: { id: store.id, first: PAGE_SIZE },
    connection: (result) => result.store?.links ?? NONE,
  });
  const columns: readonly Column<StoreLink>[] = [
    { key: "code", title: t("code"), render: (link) => link.code },
    { key: "source", title: t("link.source"), render: (link) => link.source },
    { key: "campaign", title: t("link.campaign"), render: (link) => link.campaign || "–" },
    {
      key: "target",
      title: t("link.target"),
      render: ({ sku }) => (sku ? `${sku.code} ${name(sku)}` : t("link.store")),
    },
    {
      key: "created",
      title: t("link.created"),
      render: (link) => <DateText value={link.createdAt} />,
    },
  ];
  return (
    <Section
      title={t("links")}
      actions={
        may("STORE_MANAGE") && (
          <Button kind="primary" onClick={() => setIsCreating(true)}>
            {t("link.new")}
          </Button>
        )
      }
    >
      <PagedTable
        caption={t("links")}
        pages={pages}
        columns={columns}
        rowKey={(link) => link.id}
        empty={<Empty>{t("links.empty")}</Empty>}
      />
      {isCreating && <NewLink store={store} onClose={() => setIsCreating(false)} />}
    </Section>
  );
}

function NewLink({
  store,
  onClose,
}: {
  readonly store: StoreDetail;
  readonly onClose: () => void;
}) {
  const t = useTexts(channelTexts);
  const [source, setSource] = useState("");
  const [campaign, setCampaign] = useState("");
  const [skuId, setSkuId] = useState<string | null>(null);
  const intent = useIntent(StoreLinkCreateDocument, "storeLinkCreate", {
    touches: ["STORE"],
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t("link.new")}
      intent={intent}
      fields={["source", "campaign"]}
      isReady={source.trim() !== ""}
      onSubmit={() =>
        void intent.run({
          storeId: store.id,
          source: source.trim(),
          campaign: campaign.trim(),
          skuId,
        })
      }
      onClose={onClose}
    >
      <TextField
        label={t("link.source")}
        hint={t("link.source.hint")}
        isRequired
        value={source}
        error={problemAt(intent.problems, "source")}
        onText={setSource}
      />
      <TextField
        label={t("link.campaign")}
        value={campaign}
        error={problemAt(intent.problems, "campaign")}
        onText={setCampaign}
      />
      <SkuPicker
        label={t("sku")}
        onPick={(sku) => setSkuId(sku.id)}
        onClear={() => setSkuId(null)}
      />
    </FormDialog>
  );
}
