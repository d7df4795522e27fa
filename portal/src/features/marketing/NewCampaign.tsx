import { useState } from "react";
import { useNavigate } from "react-router";

import { useSession } from "../../app/session";
import {
  CampaignCreateDocument,
  type CampaignCreateMutationVariables,
  StoresDocument,
} from "../../gql/graphql";
import {
  CheckField,
  FormDialog,
  Notice,
  TextField,
  problemIn,
  useName,
} from "../../shared/components";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import "./campaign.css";
import { beginOf, endOf } from "../../shared/days";
import { type Payer, WHOLE_POINTS, payersOf, percentOf, pointsOf } from "./shares";
import { campaignTexts } from "./texts";

const STORES_MAX = 100;
const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;
const WHOLE = /^[1-9]\d{0,8}$/;
const FIELDS = [
  "code",
  "name",
  "nameEn",
  "value",
  "threshold",
  "validFrom",
  "validTo",
  "quantityMax",
  "perMemberMax",
] as const;

type Field = (typeof FIELDS)[number];
type Typed = Readonly<Record<string, string>>;
type Input = Omit<CampaignCreateMutationVariables["input"], "requestId">;

/** Propose a campaign: what a coupon is worth, where, how many, and who bears how much of it. */
export function NewCampaign({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(campaignTexts);
  const navigate = useNavigate();
  const { viewer } = useSession();
  const intent = useIntent(CampaignCreateDocument, "couponCampaignCreate", {
    touches: ["COUPON"],
    onDone: ({ campaign }) => {
      onClose();
      if (campaign) void navigate(`/coupons/${encodeURIComponent(campaign.id)}`);
    },
  });
  const stores = useGraph({
    kinds: ["STORE"],
    document: StoresDocument,
    variables: { first: STORES_MAX },
  });
  const all = stores.data?.stores.edges.map(({ node }) => node) ?? [];
  const [typed, setTyped] = useState<Typed>({ perMemberMax: "1" });
  const [storeIds, setStoreIds] = useState<ReadonlySet<string>>(new Set());
  const [percents, setPercents] = useState<Typed>({});
  const chosen = all.filter(({ id }) => storeIds.has(id));
  const payers = payersOf(chosen);
  const currency = chosen[0]?.currency ?? "";
  const input = inputOf(typed, { storeIds: chosen.map(({ id }) => id), payers, percents, currency });

  function field(key: Field, options: Partial<Parameters<typeof TextField>[0]> = {}) {
    const fault = faultOf(key, typed[key] ?? "");
    return (
      <TextField
        label={t(labelOf(key))}
        autoComplete="off"
        isRequired
        {...options}
        value={typed[key] ?? ""}
        onText={(text) => setTyped((former) => ({ ...former, [key]: text }))}
        error={fault === null ? problemIn(intent.problems, key) : t(fault)}
      />
    );
  }

  return (
    <FormDialog
      title={t("new.title")}
      intent={intent}
      fields={FIELDS}
      submitText={t("new.submit")}
      isReady={input !== null}
      isWide
      onClose={onClose}
      onSubmit={() => input !== null && void intent.run(input)}
    >
      <div className="campaign-fields">
        {field("code")}
        {field("name")}
        {field("nameEn")}
        {field("value", { inputMode: "decimal" })}
        {field("threshold", { inputMode: "decimal" })}
        {field("quantityMax", { inputMode: "numeric" })}
        {field("perMemberMax", { inputMode: "numeric" })}
        {field("validFrom", { type: "date" })}
        {field("validTo", { type: "date" })}
      </div>
      <StoreBoxes stores={all} chosen={storeIds} onChange={setStoreIds} />
      <ShareFields
        payers={payers}
        hidesSome={chosen.some(({ route }) => route.some((tier) => !tier.organization))}
        ownId={viewer.organization?.id}
        percents={percents}
        onChange={setPercents}
      />
    </FormDialog>
  );
}

function StoreBoxes({
  stores,
  chosen,
  onChange,
}: {
  readonly stores: readonly { readonly id: string; readonly name: string }[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (ids: ReadonlySet<string>) => void;
}) {
  const t = useTexts(campaignTexts);
  const name = useName();
  return (
    <fieldset className="campaign-group">
      <legend>{t("stores")}</legend>
      {stores.map((store) => (
        <CheckField
          key={store.id}
          label={name(store)}
          isChecked={chosen.has(store.id)}
          onCheck={(isChecked) => {
            const next = new Set(chosen);
            if (isChecked) next.add(store.id);
            else next.delete(store.id);
            onChange(next);
          }}
        />
      ))}
    </fieldset>
  );
}

function ShareFields({
  payers,
  hidesSome,
  ownId,
  percents,
  onChange,
}: {
  readonly payers: readonly Payer[];
  readonly hidesSome: boolean;
  readonly ownId: string | undefined;
  readonly percents: Typed;
  readonly onChange: (percents: Typed) => void;
}) {
  const t = useTexts(campaignTexts);
  const name = useName();
  if (payers.length === 0) return <Notice>{t("stores.choose")}</Notice>;
  const points = payers.map(({ id }) => pointsOf(percents[id] ?? ""));
  const sum = points.reduce<number>((total, each) => total + (each ?? 0), 0);
  return (
    <fieldset className="campaign-group">
      <legend>{t("shares")}</legend>
      <p>{t("shares.text")}</p>
      {hidesSome && <Notice>{t("shares.hidden")}</Notice>}
      <div className="campaign-fields">
        {payers.map((payer, place) => (
          <TextField
            key={payer.id}
            label={payer.id === ownId ? t("share.ours") : t("share.of", { name: name(payer) })}
            inputMode="decimal"
            autoComplete="off"
            value={percents[payer.id] ?? ""}
            onText={(text) => onChange({ ...percents, [payer.id]: text })}
            error={points[place] === null ? t("wrong.share") : undefined}
          />
        ))}
      </div>
      <Notice kind={sum === WHOLE_POINTS ? "good" : "warning"}>
        {t(sum === WHOLE_POINTS ? "shares.sum" : "shares.wrong", { sum: percentOf(sum) })}
      </Notice>
    </fieldset>
  );
}

/** What is sent; null while something is missing or does not add up. */
function inputOf(
  typed: Typed,
  {
    storeIds,
    payers,
    percents,
    currency,
  }: {
    readonly storeIds: string[];
    readonly payers: readonly Payer[];
    readonly percents: Typed;
    readonly currency: string;
  },
): Input | null {
  const text = (key: Field): string => (typed[key] ?? "").trim();
  const isWhole = FIELDS.every((key) => text(key) !== "" && faultOf(key, text(key)) === null);
  const shares = payers.map(({ id }) => ({
    organizationId: id,
    basisPoints: pointsOf(percents[id] ?? ""),
  }));
  const sum = shares.reduce((total, { basisPoints }) => total + (basisPoints ?? 0), 0);
  if (!isWhole || storeIds.length === 0 || sum !== WHOLE_POINTS) return null;
  return {
    code: text("code"),
    name: text("name"),
    nameEn: text("nameEn"),
    value: { amount: text("value"), currency },
    threshold: { amount: text("threshold"), currency },
    validFrom: beginOf(text("validFrom")),
    validTo: endOf(text("validTo")),
    quantityMax: Number(text("quantityMax")),
    perMemberMax: Number(text("perMemberMax")),
    storeIds,
    shares: shares.flatMap(({ organizationId, basisPoints }) =>
      basisPoints ? [{ organizationId, basisPoints }] : [],
    ),
  };
}

function faultOf(key: Field, text: string): "wrong.amount" | "wrong.count" | null {
  if (text.trim() === "") return null;
  if (key === "value" || key === "threshold") return AMOUNT.test(text.trim()) ? null : "wrong.amount";
  if (key === "quantityMax" || key === "perMemberMax") {
    return WHOLE.test(text.trim()) ? null : "wrong.count";
  }
  return null;
}

function labelOf(key: Field) {
  return key === "perMemberMax" ? "perMember" : key;
}
