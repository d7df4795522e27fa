import { useState } from "react";
import { useNavigate } from "react-router";

import {
  ProductCreateDocument,
  type ProductPartsFragment,
  ProductUpdateDocument,
} from "../../../gql/graphql";
import {
  CheckField,
  FormDialog,
  SelectField,
  TextAreaField,
  TextField,
  problemAt,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { catalogTexts } from "../texts";
import { useCategoryOptions } from "./useCategories";

/** A product of ours, or with null a new one. */
export function ProductForm({
  product,
  onClose,
}: {
  readonly product: ProductPartsFragment | null;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  const navigate = useNavigate();
  const categories = useCategoryOptions();
  const [code, setCode] = useState("");
  const [values, setValues] = useState({
    name: product?.name ?? "",
    nameEn: product?.nameEn ?? "",
    brand: product?.brand ?? "",
    description: product?.description ?? "",
  });
  const [categoryId, setCategoryId] = useState(product?.category?.id ?? "");
  const [isActive, setIsActive] = useState(product?.isActive ?? true);
  const creating = useIntent(ProductCreateDocument, "productCreate", {
    touches: ["CATALOG"],
    onDone: (payload) => {
      onClose();
      if (payload.product) {
        void navigate(`/setup/products/${encodeURIComponent(payload.product.id)}`);
      }
    },
  });
  const updating = useIntent(ProductUpdateDocument, "productUpdate", {
    touches: ["CATALOG"],
    onDone: onClose,
  });
  const intent = product === null ? creating : updating;
  const input = { ...values, categoryId: categoryId === "" ? null : categoryId };
  const field = (key: keyof typeof values) => ({
    label: t(key),
    value: values[key],
    error: problemAt(intent.problems, key),
    onText: (text: string) => setValues({ ...values, [key]: text }),
  });
  // A category can be changed and not taken away.
  const isPlaced = product?.category != null;
  return (
    <FormDialog
      title={product === null ? t("product.new") : t("product.edit", { code: product.code })}
      intent={intent}
      isReady={values.name.trim() !== "" && (product !== null || code.trim() !== "")}
      onSubmit={() =>
        void (product === null
          ? creating.run({ ...input, code: code.trim() })
          : updating.run({ ...input, productId: product.id, isActive }))
      }
      onClose={onClose}
    >
      {product === null && (
        <TextField
          label={t("code")}
          isRequired
          value={code}
          error={problemAt(intent.problems, "code")}
          onText={setCode}
        />
      )}
      <TextField {...field("name")} isRequired />
      <TextField {...field("nameEn")} />
      <TextField {...field("brand")} />
      <SelectField
        label={t("category")}
        options={[...(isPlaced ? [] : [{ value: "", text: t("category.none") }]), ...categories]}
        value={categoryId}
        error={problemAt(intent.problems, "categoryId")}
        onText={setCategoryId}
      />
      <TextAreaField {...field("description")} />
      {product !== null && (
        <>
          <CheckField label={t("isActive")} isChecked={isActive} onCheck={setIsActive} />
          <p className="field-hint">{t("isActive.hint")}</p>
        </>
      )}
    </FormDialog>
  );
}
