import { SelectField, TextAreaField, TextField, problemAt } from "../../../shared/components";
import { useLocale, useTexts } from "../../../shared/i18n/i18n";
import type { OrderDraft } from "../draft/useOrderDraft";
import { regionCodes, regionName } from "./regions";
import { reviewTexts } from "./reviewTexts";

/** What is said of the order as a whole; it is saved as one types. */
export function HeaderForm({
  order: { header, draft, keeper, problems },
  territory,
}: {
  readonly order: OrderDraft;
  readonly territory: readonly string[];
}) {
  const t = useTexts(reviewTexts);
  const locale = useLocale();
  const faults = [...problems, ...(draft?.problems ?? [])];
  const error = (field: string) => {
    const message = problemAt(faults, field);
    return message === undefined ? {} : { error: message };
  };
  const regions = territory.map((code) => regionName(code, locale)).join(locale === "zh" ? "、" : ", ");
  return (
    <div className="review-header">
      <SelectField
        label={t("shipToRegion")}
        name="shipToRegion"
        {...(territory.length > 0 && { hint: t("shipToRegion.hint", { regions }) })}
        {...error("shipToRegion")}
        value={header.shipToRegion}
        options={[
          { value: "", text: t("shipToRegion.none") },
          ...regionCodes([...territory, header.shipToRegion]).map((code) => ({
            value: code,
            text: regionName(code, locale),
          })),
        ]}
        onText={(shipToRegion) => keeper.setHeader({ shipToRegion })}
      />
      <TextField
        label={t("shipToAddress")}
        name="shipToAddress"
        autoComplete="street-address"
        {...error("shipToAddress")}
        value={header.shipToAddress}
        onText={(shipToAddress) => keeper.setHeader({ shipToAddress })}
      />
      <TextField
        label={t("requestedOn")}
        name="requestedOn"
        type="date"
        {...error("requestedOn")}
        value={header.requestedOn ?? ""}
        onText={(day) => keeper.setHeader({ requestedOn: day === "" ? null : day })}
      />
      <TextField
        label={t("buyerReference")}
        name="buyerReference"
        hint={t("buyerReference.hint")}
        {...error("buyerReference")}
        value={header.buyerReference}
        onText={(buyerReference) => keeper.setHeader({ buyerReference })}
      />
      <TextAreaField
        label={t("note")}
        name="note"
        rows={2}
        {...error("note")}
        value={header.note}
        onText={(note) => keeper.setHeader({ note })}
      />
    </div>
  );
}
