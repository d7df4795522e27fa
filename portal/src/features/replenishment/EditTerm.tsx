import { useState } from "react";

import { ReplenishmentTermPutDocument } from "../../gql/graphql";
import { Button, FormDialog, SelectField, useName } from "../../shared/components";
import { useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { type PickedSku, SkuPicker } from "../catalog/SkuPicker";
import { usePartnerChoices } from "./choices";
import { PackField, TermFields } from "./TermFields";
import {
  BEGUN,
  FIELDS,
  NOTHING,
  type Term,
  changed,
  faultsIn,
  inputOf,
  valuesOf,
} from "./termValues";
import { replenishmentTexts } from "./texts";

function usePutting(onDone: () => void) {
  return useIntent(ReplenishmentTermPutDocument, "replenishmentTermPut", {
    touches: ["REPLENISHMENT"],
    onDone,
  });
}

/** New terms of a seller: for all of its goods, or for some by themselves. */
export function NewTerm({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(replenishmentTexts);
  const [relationshipId, setRelationshipId] = useState("");
  const [skus, setSkus] = useState<readonly PickedSku[]>([]);
  const [packId, setPackId] = useState<string | null>(null);
  const [values, setValues] = useState(BEGUN);
  const sellers = usePartnerChoices("BUYER");
  const intent = usePutting(onClose);
  const [only] = skus.length === 1 ? skus : [];
  const choose = (chosen: readonly PickedSku[]) => {
    setSkus(chosen);
    setPackId(null);
  };
  return (
    <FormDialog
      title={t("term.new")}
      intent={intent}
      isWide
      isReady={relationshipId !== "" && faultsIn(values).length === 0}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          terms: (skus.length === 0 ? [null] : skus).map((sku) =>
            inputOf({ relationshipId, skuId: sku?.id ?? null, packId }, values),
          ),
        })
      }
    >
      <SelectField
        label={t("seller")}
        isRequired
        options={[{ value: "", text: t("term.seller.choose") }, ...sellers]}
        value={relationshipId}
        onText={setRelationshipId}
      />
      <div>
        <SkuPicker
          label={t("term.skus")}
          onPick={(sku) => choose([...skus.filter(({ id }) => id !== sku.id), sku])}
        />
        <Chosen skus={skus} onRemove={(id) => choose(skus.filter((sku) => sku.id !== id))} />
      </div>
      {only && <PackField skuId={only.id} value={packId} onPick={setPackId} />}
      <TermFields
        values={values}
        problems={intent.problems}
        isKept={false}
        onChange={setValues}
      />
    </FormDialog>
  );
}

function Chosen({
  skus,
  onRemove,
}: {
  readonly skus: readonly PickedSku[];
  readonly onRemove: (id: string) => void;
}) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  if (skus.length === 0) return <p className="field-hint">{t("term.skus.none")}</p>;
  return (
    <ul className="chosen-skus" aria-label={t("term.skus")}>
      {skus.map((sku) => (
        <li key={sku.id}>
          <span>
            <strong>{sku.code}</strong> {name(sku)}
          </span>
          <Button size="small" onClick={() => onRemove(sku.id)}>
            {t("term.skus.remove")}
            <span className="visually-hidden">{` ${sku.code}`}</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** One seller's terms, for all of its goods or for one SKU. */
export function EditTerm({
  term,
  onClose,
}: {
  readonly term: Term;
  readonly onClose: () => void;
}) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const [packId, setPackId] = useState(term.pack?.id ?? null);
  const [values, setValues] = useState(() => valuesOf(term));
  const intent = usePutting(onClose);
  const relationshipId = term.relationship?.id ?? "";
  return (
    <FormDialog
      title={t("term.edit")}
      intent={intent}
      isWide
      isReady={relationshipId !== "" && faultsIn(values).length === 0}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          terms: [inputOf({ relationshipId, skuId: term.sku?.id ?? null, packId }, values)],
        })
      }
    >
      <p>
        <strong>{name(term.relationship?.seller)}</strong> ·{" "}
        {term.sku == null ? t("term.whole") : `${term.sku.code} ${name(term.sku)}`}
      </p>
      {term.sku != null && <PackField skuId={term.sku.id} value={packId} onPick={setPackId} />}
      <TermFields
        values={values}
        problems={intent.problems}
        isKept={false}
        onChange={setValues}
      />
    </FormDialog>
  );
}

/** The same figures for several terms; what is left empty stays as it is. */
export function EditTerms({
  terms,
  onClose,
}: {
  readonly terms: readonly Term[];
  readonly onClose: () => void;
}) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const [typed, setTyped] = useState(NOTHING);
  const intent = usePutting(onClose);
  const isTyped = FIELDS.some((key) => typed[key].trim() !== "");
  const all = terms.map((term) => ({ term, values: changed(term, typed) }));
  return (
    <FormDialog
      title={t("terms.edit", { count: terms.length })}
      intent={intent}
      isWide
      isReady={isTyped && all.every(({ values }) => faultsIn(values).length === 0)}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          terms: all.map(({ term, values }) =>
            inputOf(
              {
                relationshipId: term.relationship?.id ?? "",
                skuId: term.sku?.id ?? null,
                packId: term.pack?.id ?? null,
              },
              values,
            ),
          ),
        })
      }
    >
      <p>{t("terms.edit.text")}</p>
      <p className="report-note">
        {terms
          .map((term) => `${name(term.relationship?.seller)} ${term.sku?.code ?? t("term.whole")}`)
          .join(" · ")}
      </p>
      <TermFields values={typed} problems={intent.problems} isKept onChange={setTyped} />
    </FormDialog>
  );
}
