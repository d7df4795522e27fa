import { Button, TextField, useName } from "../../../shared/components";
import type { Problem } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { type PickedSku, SkuPicker } from "../SkuPicker";
import { contentsTexts } from "../contentsTexts";

const QUANTITY_MAX = 1_000_000;

/** A component as it is being typed. */
export interface TypedComponent {
  readonly sku: PickedSku;
  readonly quantity: string;
}

/** The quantity that is typed, or null where it is none. */
export function quantityOf({ quantity }: TypedComponent): number | null {
  const read = /^\d{1,7}$/.test(quantity.trim()) ? Number(quantity) : 0;
  return read >= 1 && read <= QUANTITY_MAX ? read : null;
}

/** What a new SKU is made of, if it is to be a bundle. */
export function Components({
  components,
  problems,
  onChange,
}: {
  readonly components: readonly TypedComponent[];
  readonly problems: readonly Problem[];
  readonly onChange: (components: readonly TypedComponent[]) => void;
}) {
  const t = useTexts(contentsTexts);
  const name = useName();
  return (
    <fieldset className="form">
      <legend>{t("components")}</legend>
      <p className="field-hint">{t("components.hint")}</p>
      {components.map((component, index) => (
        <div key={component.sku.id} className="form-row">
          <TextField
            label={t("component.quantity", { code: component.sku.code })}
            hint={name(component.sku)}
            inputMode="numeric"
            value={component.quantity}
            error={
              quantityOf(component) === null
                ? t("quantity.fault")
                : problems.find(
                    ({ path }) => path[0] === "components" && path[1] === String(index),
                  )?.message
            }
            onText={(quantity) => onChange(components.with(index, { ...component, quantity }))}
          />
          <Button
            size="small"
            aria-label={t("component.remove", { code: component.sku.code })}
            onClick={() => onChange(components.toSpliced(index, 1))}
          >
            {t("remove")}
          </Button>
        </div>
      ))}
      <SkuPicker
        label={t("component.add")}
        onPick={(sku) => {
          if (components.some((component) => component.sku.id === sku.id)) return;
          onChange([...components, { sku, quantity: "1" }]);
        }}
      />
    </fieldset>
  );
}
