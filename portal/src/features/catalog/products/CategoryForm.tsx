import { useState } from "react";

import {
  CategoryCreateDocument,
  type CategoryPartsFragment,
  CategoryUpdateDocument,
} from "../../../gql/graphql";
import { FormDialog, SelectField, TextField, problemAt } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { catalogTexts } from "../texts";
import { useCategoryOptions } from "./useCategories";

const WHOLE = /^-?\d{1,6}$/;

/** A category of ours, or with null a new one. */
export function CategoryForm({
  category,
  onClose,
}: {
  readonly category: CategoryPartsFragment | null;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  const others = useCategoryOptions().filter(({ value }) => value !== category?.id);
  const [code, setCode] = useState("");
  const [ownName, setOwnName] = useState(category?.name ?? "");
  const [nameEn, setNameEn] = useState(category?.nameEn ?? "");
  const [parentId, setParentId] = useState(category?.parent?.id ?? "");
  const [position, setPosition] = useState(String(category?.position ?? 0));
  const options = { touches: ["CATALOG"] as const, onDone: onClose };
  const creating = useIntent(CategoryCreateDocument, "categoryCreate", options);
  const updating = useIntent(CategoryUpdateDocument, "categoryUpdate", options);
  const intent = category === null ? creating : updating;
  const isWhole = WHOLE.test(position.trim());
  const values = {
    name: ownName.trim(),
    nameEn: nameEn.trim(),
    parentId: parentId === "" ? null : parentId,
    position: Number(position),
  };
  return (
    <FormDialog
      title={category === null ? t("category.new") : t("category.edit", { code: category.code })}
      intent={intent}
      isReady={ownName.trim() !== "" && isWhole && (category !== null || code.trim() !== "")}
      onSubmit={() =>
        void (category === null
          ? creating.run({ ...values, code: code.trim() })
          : updating.run({ ...values, categoryId: category.id }))
      }
      onClose={onClose}
    >
      {category === null && (
        <TextField
          label={t("code")}
          isRequired
          value={code}
          error={problemAt(intent.problems, "code")}
          onText={setCode}
        />
      )}
      <TextField
        label={t("name")}
        isRequired
        value={ownName}
        error={problemAt(intent.problems, "name")}
        onText={setOwnName}
      />
      <TextField
        label={t("nameEn")}
        value={nameEn}
        error={problemAt(intent.problems, "nameEn")}
        onText={setNameEn}
      />
      <SelectField
        label={t("parent")}
        options={[{ value: "", text: t("category.none") }, ...others]}
        value={parentId}
        error={problemAt(intent.problems, "parentId")}
        onText={setParentId}
      />
      <TextField
        label={t("position")}
        hint={t("position.hint")}
        inputMode="numeric"
        value={position}
        error={isWhole ? problemAt(intent.problems, "position") : t("position.fault")}
        onText={setPosition}
      />
    </FormDialog>
  );
}
