import { Link } from "react-router";

import { usePermissions } from "../../../app/session";
import { useTexts } from "../../../shared/i18n/i18n";
import { reviewTexts } from "./reviewTexts";

const HEADER_FIELDS = ["buyerReference", "note", "shipToRegion", "shipToAddress", "requestedOn"];

/** The way to what clears a problem. */
export function ProblemAction({
  problem: { __typename: kind, path },
  relationshipId,
}: {
  readonly problem: { readonly __typename?: string; readonly path: readonly string[] };
  readonly relationshipId: string;
}) {
  const t = useTexts(reviewTexts);
  const may = usePermissions();
  const order = `/order?relationship=${encodeURIComponent(relationshipId)}`;
  const [field = "", position] = path;
  if (HEADER_FIELDS.includes(field)) {
    return (
      <button type="button" className="review-action" onClick={() => focusField(field)}>
        {t("action.field")}
      </button>
    );
  }
  if (field === "rows" && position !== undefined) {
    return (
      <Link to={rowAddress(relationshipId, Number(position))}>
        {t("action.row", { row: String(Number(position) + 1) })}
      </Link>
    );
  }
  if (kind === "NotEnoughCredit" || kind === "CreditBlocked") {
    const seesMoney = may("CREDIT_READ", "STATEMENT_READ", "STATEMENT_CONFIRM", "PAYMENT_READ");
    return (
      <>
        {seesMoney && (
          <Link to={`/money/${encodeURIComponent(relationshipId)}`}>{t("action.money")}</Link>
        )}{" "}
        {kind === "NotEnoughCredit" && <Link to={`${order}&tab=pad`}>{t("action.less")}</Link>}
      </>
    );
  }
  if (kind === "NothingToOrder" || kind === "BelowOrderMinimum") {
    return <Link to={order}>{t("back.more")}</Link>;
  }
  if (kind === "NotTrading") return <Link to="/order">{t("back.other")}</Link>;
  return null;
}

/** Where a row of the draft is typed. */
export function rowAddress(relationshipId: string, position: number): string {
  return `/order?relationship=${encodeURIComponent(relationshipId)}&tab=pad&row=${position + 1}`;
}

function focusField(name: string): void {
  document.querySelector<HTMLElement>(`.review-header [name="${name}"]`)?.focus();
}
