import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { usePermissions } from "../../../app/session";
import type { OrderTabProps } from "../OrderPage";
import { Notice } from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { type NewRow, filled } from "../draft/rows";
import { useOrderDraft } from "../draft/useOrderDraft";
import { FormerOrders } from "./FormerOrders";
import { SaveList } from "./SaveList";
import { SavedLists } from "./SavedLists";
import "./lists.css";
import { listsTexts } from "./listsTexts";

/** What lists and former orders do with the draft. */
export interface Loading {
  readonly rows: readonly NewRow[];
  append(rows: readonly NewRow[]): void;
  replace(rows: readonly NewRow[]): void;
  tell(text: string): void;
}

interface Told {
  readonly text: string;
  readonly isGood: boolean;
  /** Whether the draft changed, so that it is worth a look. */
  readonly isLoaded: boolean;
}

/** Lists kept for the next time, and what was ordered before. */
export default function ListsTab({ place }: OrderTabProps) {
  const t = useTexts(listsTexts);
  const may = usePermissions();
  const { integer } = useFormat();
  const { rows, keeper } = useOrderDraft(place.id);
  const [told, setTold] = useState<Told | null>(null);
  const put = (isPut: boolean, done: "added" | "replaced", count: number) =>
    setTold({ text: t(isPut ? done : "full", { count: integer(count) }), isGood: isPut, isLoaded: isPut });
  const loading: Loading = {
    rows: filled(rows),
    append: (added) => put(keeper.addRows(added), "added", added.length),
    replace: (taken) => put(keeper.replaceAll(taken), "replaced", taken.length),
    tell: (text) => setTold({ text, isGood: true, isLoaded: false }),
  };
  return (
    <div className="lists">
      <div aria-live="polite" className="lists-told">
        {told !== null && (
          <Notice kind={told.isGood ? "good" : "error"}>
            {told.text} {told.isLoaded && <PadLink />}
          </Notice>
        )}
      </div>
      <SavedLists loading={loading} />
      <SaveList loading={loading} />
      {may("ORDER_READ") && <FormerOrders place={place} loading={loading} />}
    </div>
  );
}

function PadLink() {
  const t = useTexts(listsTexts);
  const [parameters] = useSearchParams();
  const to = new URLSearchParams(parameters);
  to.set("tab", "pad");
  return <Link to={`?${to}`}>{t("toPad")}</Link>;
}
