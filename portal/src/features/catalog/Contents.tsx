import type { SkuContentsFragment } from "../../gql/graphql";
import { useName } from "../../shared/components";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import "./contents.css";
import { contentsTexts } from "./contentsTexts";

/** What one unit of a bundle is made of; nothing for other SKUs, or where it may not be seen. */
export function Contents({
  sku,
}: {
  readonly sku: SkuContentsFragment | null | undefined;
}) {
  const t = useTexts(contentsTexts);
  const name = useName();
  const { integer } = useFormat();
  if (sku == null || sku.components.length === 0) return null;
  const parts = sku.components.map(
    (component) => `${integer(component.quantity)} × ${name(component)}`,
  );
  return <small className="contents">{t("contents", { parts: parts.join(t("comma")) })}</small>;
}
