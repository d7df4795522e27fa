import { useState } from "react";

import { SkuCreateDocument } from "../../../gql/graphql";
import { FormDialog, TextAreaField, TextField, problemAt } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { catalogTexts } from "../texts";
import { Components, type TypedComponent, quantityOf } from "./Components";
import { readAttributes } from "./attributes";

/** A new SKU of a product; packs and barcodes follow once it is there. */
export function SkuForm({
  productId,
  onClose,
}: {
  readonly productId: string;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  const [values, setValues] = useState({ code: "", name: "", nameEn: "", baseUnit: "EA" });
  const [written, setWritten] = useState("");
  const [components, setComponents] = useState<readonly TypedComponent[]>([]);
  const attributes = readAttributes(written);
  const intent = useIntent(SkuCreateDocument, "skuCreate", {
    touches: ["CATALOG"],
    onDone: onClose,
  });
  const field = (key: keyof typeof values) => ({
    label: t(key),
    value: values[key],
    error: problemAt(intent.problems, key),
    onText: (text: string) => setValues({ ...values, [key]: text }),
  });
  const isFilled = [values.code, values.name, values.baseUnit].every((text) => text.trim() !== "");
  const isComposed = components.every((component) => quantityOf(component) !== null);
  return (
    <FormDialog
      title={t("sku.new")}
      intent={intent}
      fields={["components"]}
      isReady={isFilled && isComposed && attributes !== null}
      onSubmit={() =>
        void intent.run({
          productId,
          code: values.code.trim(),
          name: values.name.trim(),
          nameEn: values.nameEn.trim(),
          baseUnit: values.baseUnit.trim(),
          attributes: attributes ?? [],
          packs: [],
          barcodes: [],
          components: components.map((component) => ({
            skuId: component.sku.id,
            quantity: quantityOf(component) ?? 0,
          })),
        })
      }
      onClose={onClose}
    >
      <TextField {...field("code")} isRequired />
      <TextField {...field("name")} isRequired />
      <TextField {...field("nameEn")} />
      <TextField {...field("baseUnit")} isRequired hint={t("baseUnit.hint")} />
      <TextAreaField
        label={t("attributes")}
        hint={t("attributes.hint")}
        value={written}
        error={attributes === null ? t("attributes.fault") : problemAt(intent.problems, "attributes")}
        onText={setWritten}
      />
      <Components components={components} problems={intent.problems} onChange={setComponents} />
    </FormDialog>
  );
}
