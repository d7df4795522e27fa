import { type ReactNode, useState } from "react";

import {
  Button,
  IntentProblems,
  Notice,
  Section,
  useUnsavedGuard,
} from "../../../shared/components";
import type { Problem } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { catalogTexts } from "../texts";
import { CloseSheet, type SheetColumn, SkuSheet } from "./SkuSheet";
import type { BlockColumn } from "./block";
import { type Found, useSkusByCodes } from "./useSkusByCodes";
import { type SheetRow, useSheet } from "./useSheet";

interface Putting {
  readonly problems: readonly Problem[];
  readonly error: Error | null;
  readonly isRunning: boolean;
  retry(): void;
  reset(): void;
}

/** A sheet whose rows are put a hundred at a time. What is refused stays, marked. */
export function SheetForm<Item>({
  title,
  help,
  columns,
  shown,
  intent,
  read,
  onPut,
  onClose,
}: {
  readonly title: string;
  readonly help: ReactNode;
  readonly columns: readonly BlockColumn[];
  readonly shown: (hasTried: boolean) => readonly SheetColumn[];
  readonly intent: Putting;
  /** Null for a row that cannot be read yet. */
  readonly read: (row: SheetRow, found: Found) => Item | null;
  readonly onPut: (items: Item[]) => Promise<{ readonly errors: readonly unknown[] } | null>;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  const sheet = useSheet(columns);
  const finding = useSkusByCodes(sheet.portion);
  const [hasTried, setHasTried] = useState(false);
  const [sent, setSent] = useState<readonly SheetRow[]>([]);
  const [putCount, setPutCount] = useState(0);
  const guard = useUnsavedGuard(sheet.filledCount > 0);
  const items = sheet.portion.map((row) => read(row, finding.of(row)));
  const isReady = !finding.isLooking && items.every((item) => item !== null);

  async function put(): Promise<void> {
    setHasTried(true);
    setPutCount(0);
    intent.reset();
    if (!isReady || items.length === 0) return;
    const rows = sheet.portion;
    setSent(rows);
    const outcome = await onPut(items.filter((item) => item !== null));
    if (outcome?.errors.length !== 0) return;
    sheet.remove(rows.map(({ key }) => key));
    setHasTried(false);
    setPutCount(rows.length);
  }

  return (
    <Section title={title}>
      {guard}
      <p>{help}</p>
      <SkuSheet
        caption={title}
        codeTitle={t("sku")}
        sheet={sheet}
        finding={finding}
        columns={shown(hasTried)}
        problemsOf={(row) => intent.problems.filter(({ path }) => sent[Number(path[1])] === row)}
      />
      <IntentProblems
        intent={{ ...intent, problems: intent.problems.filter((problem) => !isOfRow(problem)) }}
      />
      {putCount > 0 && (
        <Notice kind="good">
          {t(sheet.filledCount > 0 ? "put.more" : "put.done", {
            count: putCount,
            left: sheet.filledCount,
          })}
        </Notice>
      )}
      {hasTried && !isReady && !finding.isLooking && (
        <Notice kind="warning">{t("put.wait")}</Notice>
      )}
      <div className="row-actions">
        <Button
          kind="primary"
          disabled={sheet.filledCount === 0}
          isBusy={intent.isRunning || (finding.isLooking && finding.error === null && items.length > 0)}
          onClick={() => void put()}
        >
          {t("put", { count: sheet.portion.length })}
        </Button>
        <CloseSheet sheet={sheet} onClose={onClose} />
      </div>
    </Section>
  );
}

/** Such as `["items", "3", …]`: it stands with its row. */
function isOfRow({ path }: Problem): boolean {
  return /^\d+$/.test(path[1] ?? "");
}
