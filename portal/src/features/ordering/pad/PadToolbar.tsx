import { useId, useRef } from "react";

import { Button, CheckField, ConfirmButton, DownloadLink, Icon } from "../../../shared/components";
import { useTexts } from "../../../shared/i18n/i18n";
import type { OrderDraft } from "../draft/useOrderDraft";
import { filled } from "../draft/rows";
import { fieldOf } from "./fixes";
import { padTexts } from "./padTexts";
import type { Pad } from "./usePad";

/** Files in, problems out, and what is done to many rows at once. */
export function PadToolbar({
  draft,
  pad,
  problemKeys,
  isFiltered,
  onFilter,
  isReading,
  onFile,
}: {
  readonly draft: OrderDraft;
  readonly pad: Pad;
  readonly problemKeys: readonly number[];
  readonly isFiltered: boolean;
  onFilter(): void;
  readonly isReading: boolean;
  onFile(file: File): void;
}) {
  const t = useTexts(padTexts);
  const count = filled(draft.rows).length;
  const goToProblem = useProblemWalk(draft, problemKeys, pad);
  const hasProblems = problemKeys.length > 0;
  return (
    <div className="pad-toolbar">
      <div className="row-actions">
        <FileButton isBusy={isReading} onFile={onFile} />
        <DownloadLink path="/files/order-template.xlsx">{t("template.xlsx")}</DownloadLink>
        <DownloadLink path="/files/order-template.csv">{t("template.csv")}</DownloadLink>
      </div>
      <div className="row-actions">
        {(hasProblems || isFiltered) && (
          <CheckField
            label={t("onlyProblems", { count: problemKeys.length })}
            isChecked={isFiltered}
            onCheck={onFilter}
          />
        )}
        {hasProblems && (
          <Button onClick={goToProblem}>{t("nextProblem")}</Button>
        )}
        {hasProblems && draft.draft !== null && draft.status === "saved" && (
          <DownloadLink path={`/files/order-drafts/${draft.draft.id}/problems.xlsx`}>
            {t("problemRows")}
          </DownloadLink>
        )}
        {draft.canUndo && <Button onClick={pad.undo}>{t("undo")}</Button>}
        {count > 0 && (
          <ConfirmButton
            title={t("clear.title")}
            text={t("clear.text", { count })}
            confirmText={t("clear")}
            kind="danger"
            onConfirm={pad.clear}
          >
            {t("clear")}
          </ConfirmButton>
        )}
      </div>
    </div>
  );
}

function FileButton({
  isBusy,
  onFile,
}: {
  readonly isBusy: boolean;
  onFile(file: File): void;
}) {
  const t = useTexts(padTexts);
  const hintId = useId();
  return (
    <>
      <label className="button button-plain pad-file">
        <Icon name="plus" />
        {t("file")}
        <input
          type="file"
          className="visually-hidden"
          accept=".xlsx,.csv,.txt,.tsv"
          aria-describedby={hintId}
          disabled={isBusy}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file !== undefined) onFile(file);
            event.target.value = ""; // the same file, mended, may follow
          }}
        />
      </label>
      <span id={hintId} className="pad-hint">
        {t("file.hint")}
      </span>
    </>
  );
}

/** Goes to the next row with a problem below the last one, or from the top again. */
function useProblemWalk(draft: OrderDraft, problemKeys: readonly number[], pad: Pad): () => void {
  const last = useRef<number | null>(null);
  return () => {
    const isProblem = new Set(problemKeys);
    const order = draft.rows.map((row) => row.key);
    const begin = order.indexOf(last.current ?? -1) + 1;
    const key = [...order.slice(begin), ...order].find((candidate) => isProblem.has(candidate));
    if (key === undefined) return;
    last.current = key;
    const [problem] = draft.resolved.get(key)?.problems ?? [];
    pad.focus({ key, field: problem === undefined ? "code" : fieldOf(problem) });
  };
}
