import { useState } from "react";

import { usePermissions } from "../../app/session";
import { FreightRulesPutDocument } from "../../gql/graphql";
import {
  Button,
  type Column,
  DataTable,
  Empty,
  FormDialog,
  Money,
  Section,
  TextField,
  problemAt,
} from "../../shared/components";
import { useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import type { StoreDetail } from "./StorePage";
import { channelTexts } from "./texts";

type Rule = StoreDetail["freightRules"][number];

interface Draft {
  readonly key: number;
  readonly region: string;
  readonly base: string;
  readonly freeFrom: string;
}

const PRICE = /^\d{1,6}(\.\d{1,2})?$/;

/** Where the store delivers, and what for. */
export function Freight({ store }: { readonly store: StoreDetail }) {
  const t = useTexts(channelTexts);
  const may = usePermissions();
  const [isEditing, setIsEditing] = useState(false);
  const columns: readonly Column<Rule>[] = [
    {
      key: "region",
      title: t("region"),
      render: ({ region }) => region || t("freight.elsewhere"),
    },
    {
      key: "base",
      title: t("freight.base"),
      align: "end",
      render: ({ base }) => <Money value={base} />,
    },
    {
      key: "freeFrom",
      title: t("freight.freeFrom"),
      align: "end",
      render: ({ freeFrom }) => <Money value={freeFrom} />,
    },
  ];
  return (
    <Section
      title={t("freight")}
      actions={
        may("STORE_MANAGE") && (
          <Button onClick={() => setIsEditing(true)}>{t("freight.edit")}</Button>
        )
      }
    >
      <p>{t("freight.text")}</p>
      {store.freightRules.length === 0 ? (
        <Empty>{t("freight.empty")}</Empty>
      ) : (
        <DataTable
          caption={t("freight")}
          columns={columns}
          rows={store.freightRules}
          rowKey={({ region }) => region}
        />
      )}
      {isEditing && <EditFreight store={store} onClose={() => setIsEditing(false)} />}
    </Section>
  );
}

function EditFreight({
  store,
  onClose,
}: {
  readonly store: StoreDetail;
  readonly onClose: () => void;
}) {
  const t = useTexts(channelTexts);
  const [drafts, setDrafts] = useState<readonly Draft[]>(() =>
    store.freightRules.map((rule, key) => ({
      key,
      region: rule.region,
      base: rule.base.amount,
      freeFrom: rule.freeFrom?.amount ?? "",
    })),
  );
  const intent = useIntent(FreightRulesPutDocument, "freightRulesPut", {
    touches: ["STORE"],
    onDone: onClose,
  });
  const isReady = drafts.every(
    ({ base, freeFrom }) => PRICE.test(base.trim()) && (!freeFrom.trim() || PRICE.test(freeFrom.trim())),
  );
  const change = (key: number, part: Partial<Draft>) =>
    setDrafts(drafts.map((draft) => (draft.key === key ? { ...draft, ...part } : draft)));
  const nextKey = Math.max(-1, ...drafts.map(({ key }) => key)) + 1;
  return (
    <FormDialog
      title={t("freight.edit")}
      intent={intent}
      fields={["rules"]}
      isReady={isReady}
      onSubmit={() =>
        void intent.run({
          storeId: store.id,
          rules: drafts.map(({ region, base, freeFrom }) => ({
            region: region.trim(),
            base: base.trim(),
            freeFrom: freeFrom.trim() || null,
          })),
        })
      }
      onClose={onClose}
    >
      {drafts.map((draft, place) => (
        <fieldset key={draft.key} className="form">
          <legend>{draft.region.trim() || t("freight.elsewhere")}</legend>
          <TextField
            label={t("region")}
            hint={t("freight.elsewhere.hint")}
            value={draft.region}
            error={problemAt(intent.problems, `rules.${place}.region`)}
            onText={(region) => change(draft.key, { region })}
          />
          <TextField
            label={t("freight.base")}
            isRequired
            inputMode="decimal"
            value={draft.base}
            error={problemAt(intent.problems, `rules.${place}.base`)}
            onText={(base) => change(draft.key, { base })}
          />
          <TextField
            label={t("freight.freeFrom")}
            inputMode="decimal"
            value={draft.freeFrom}
            error={problemAt(intent.problems, `rules.${place}.freeFrom`)}
            onText={(freeFrom) => change(draft.key, { freeFrom })}
          />
          <Button
            size="small"
            onClick={() => setDrafts(drafts.filter(({ key }) => key !== draft.key))}
          >
            {t("freight.remove")}
          </Button>
        </fieldset>
      ))}
      <Button
        onClick={() => setDrafts([...drafts, { key: nextKey, region: "", base: "", freeFrom: "" }])}
      >
        {t("freight.add")}
      </Button>
    </FormDialog>
  );
}
