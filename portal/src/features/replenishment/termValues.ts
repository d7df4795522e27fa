// What is typed of terms, and what is sent of it. Fields are called as in `replenishmentTexts`.

import type { ReplenishmentTermInput, ReplenishmentTermsQuery } from "../../gql/graphql";

export type Term = ReplenishmentTermsQuery["replenishmentTerms"]["edges"][number]["node"];

export const FIELDS = [
  "leadTimeDays",
  "leadTimeSpreadDays",
  "serviceLevel",
  "reviewDays",
  "confirmDays",
  "orderMinimum",
  "shelfLifeDays",
  "maxCoverDays",
] as const;

type Field = (typeof FIELDS)[number];
const DECIMALS: readonly Field[] = ["leadTimeSpreadDays", "serviceLevel"];
const OPTIONAL: readonly Field[] = ["shelfLifeDays", "maxCoverDays"];
export type Values = Readonly<Record<Field, string>>;

export const BEGUN: Values = {
  leadTimeDays: "7",
  reviewDays: "7",
  confirmDays: "2",
  orderMinimum: "0",
  leadTimeSpreadDays: "0",
  serviceLevel: "0.95",
  shelfLifeDays: "",
  maxCoverDays: "",
};
export const NOTHING: Values = Object.fromEntries(FIELDS.map((key) => [key, ""])) as Values;

export function valuesOf(term: Term): Values {
  return Object.fromEntries(FIELDS.map((key) => [key, String(term[key] ?? "")])) as Values;
}

/** What of these is no figure; the server says which figures it takes. */
export function faultsIn(values: Values): readonly Field[] {
  const isFigure = (key: Field) =>
    DECIMALS.includes(key)
      ? /^\d{1,9}(\.\d{1,6})?$/.test(values[key].trim())
      : /^\d{1,9}$/.test(values[key].trim());
  const mayBeEmpty = (key: Field) =>
    OPTIONAL.includes(key) && values[key].trim() === "";
  return FIELDS.filter((key) => !mayBeEmpty(key) && !isFigure(key));
}

/** The figures of one term with what was typed for several: what was left empty stays. */
export function changed(term: Term, typed: Values): Values {
  const former = valuesOf(term);
  return Object.fromEntries(
    FIELDS.map((key) => [key, typed[key].trim() === "" ? former[key] : typed[key]]),
  ) as Values;
}

export function inputOf(
  of: { readonly relationshipId: string; readonly skuId: string | null; readonly packId: string | null },
  values: Values,
): ReplenishmentTermInput {
  const text = (key: Field) => values[key].trim();
  const optional = (key: Field) => (text(key) === "" ? null : Number(text(key)));
  return {
    ...of,
    leadTimeDays: Number(text("leadTimeDays")),
    reviewDays: Number(text("reviewDays")),
    confirmDays: Number(text("confirmDays")),
    orderMinimum: Number(text("orderMinimum")),
    leadTimeSpreadDays: text("leadTimeSpreadDays"),
    serviceLevel: text("serviceLevel"),
    shelfLifeDays: optional("shelfLifeDays"),
    maxCoverDays: optional("maxCoverDays"),
  };
}
