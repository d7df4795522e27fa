import { useState } from "react";

import { CategoriesDocument, type CategoryPartsFragment } from "../../../gql/graphql";
import { Button, type Column, Empty, PagedTable, useName } from "../../../shared/components";
import { usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { catalogTexts } from "../texts";
import { CategoryForm } from "./CategoryForm";

export function Categories() {
  const t = useTexts(catalogTexts);
  const [edited, setEdited] = useState<CategoryPartsFragment | null>(null);
  const pages = usePages({
    kinds: ["CATALOG"],
    document: CategoriesDocument,
    variables: { first: 100 },
    connection: (result) => result.categories,
  });
  return (
    <>
      <PagedTable
        caption={t("categories")}
        pages={pages}
        columns={useColumns(setEdited)}
        rowKey={(category) => category.id}
        empty={<Empty>{t("categories.empty")}</Empty>}
      />
      {edited && (
        <CategoryForm key={edited.id} category={edited} onClose={() => setEdited(null)} />
      )}
    </>
  );
}

function useColumns(
  edit: (category: CategoryPartsFragment) => void,
): readonly Column<CategoryPartsFragment>[] {
  const t = useTexts(catalogTexts);
  const name = useName();
  return [
    { key: "name", title: t("name"), render: (category) => name(category) },
    { key: "code", title: t("code"), render: (category) => category.code },
    { key: "parent", title: t("parent"), render: (category) => name(category.parent) },
    {
      key: "position",
      title: t("position"),
      align: "end",
      render: (category) => category.position,
    },
    {
      key: "owner",
      title: t("owner"),
      render: (category) => t(category.isOwn ? "owner.own" : "owner.other"),
    },
    {
      key: "edit",
      title: "",
      render: (category) =>
        category.isOwn && (
          <Button
            size="small"
            aria-label={t("category.edit", { code: category.code })}
            onClick={() => edit(category)}
          >
            {t("edit")}
          </Button>
        ),
    },
  ];
}
