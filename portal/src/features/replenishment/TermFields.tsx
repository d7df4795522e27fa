import { ReplenishmentPacksDocument } from "../../gql/graphql";
import { SelectField, TextField } from "../../shared/components";
import { type Problem, useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { FIELDS, type Values } from "./termValues";
import { replenishmentTexts } from "./texts";

const TAKEN = { serviceLevel: "serviceLevel.hint", orderMinimum: "orderMinimum.hint" } as const;

/** The figures of terms; of a problem with one of several terms, the first is told at its field. */
export function TermFields({
  values,
  problems,
  isKept,
  onChange,
}: {
  readonly values: Values;
  readonly problems: readonly Problem[];
  /** Whether what is left empty stays as it is. */
  readonly isKept: boolean;
  readonly onChange: (values: Values) => void;
}) {
  const t = useTexts(replenishmentTexts);
  const hintOf = (key: (typeof FIELDS)[number]) =>
    key === "serviceLevel" || key === "orderMinimum" ? t(TAKEN[key]) : undefined;
  return (
    <div className="term-fields">
      {FIELDS.map((key) => (
        <TextField
          key={key}
          label={t(key)}
          inputMode="decimal"
          autoComplete="off"
          {...(isKept && { placeholder: t("term.kept") })}
          value={values[key]}
          error={problems.find(({ path }) => path.at(-1) === key)?.message}
          hint={hintOf(key)}
          onText={(value) => onChange({ ...values, [key]: value })}
        />
      ))}
    </div>
  );
}

/** In which pack a SKU is ordered: one of those there are of it. */
export function PackField({
  skuId,
  value,
  onPick,
}: {
  readonly skuId: string;
  readonly value: string | null;
  readonly onPick: (packId: string | null) => void;
}) {
  const t = useTexts(replenishmentTexts);
  const asked = useGraph({
    kinds: ["CATALOG"],
    document: ReplenishmentPacksDocument,
    variables: { skuId },
  });
  const sku = asked.data?.sku;
  const packs = (sku?.packs ?? []).filter(({ units }) => units > 1);
  return (
    <SelectField
      label={t("pack")}
      hint={t("pack.hint")}
      disabled={asked.isPending}
      options={[
        { value: "", text: t("pack.base", { unit: sku?.baseUnit ?? "" }) },
        ...packs.map(({ id, code, units }) => ({
          value: id,
          text: t("pack.of", { code, units, unit: sku?.baseUnit ?? "" }),
        })),
      ]}
      value={value ?? ""}
      onText={(id) => onPick(id === "" ? null : id)}
    />
  );
}
