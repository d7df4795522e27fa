import { type DragEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";

import { useMutation } from "@tanstack/react-query";

import { OrderRowsFromFileDocument } from "../../../gql/graphql";
import { Button, Empty, ErrorLine, Loading, Notice } from "../../../shared/components";
import { base64Of } from "../../../shared/base64";
import { Fault } from "../../../shared/graph/errors";
import { execute } from "../../../shared/graph/execute";
import { useTexts } from "../../../shared/i18n/i18n";
import type { OrderTabProps } from "../OrderPage";
import { type OrderDraft, useOrderDraft } from "../draft/useOrderDraft";
import { PadSheet } from "./PadSheet";
import { PadToolbar } from "./PadToolbar";
import "./pad.css";
import { padTexts } from "./padTexts";
import { type Pad, cellOfAddress, usePad } from "./usePad";

const FILE_BYTES_MAX = 1_000_000;

/** Quick ordering: rows are typed, pasted or dropped, and come to prices at once. */
export default function PadTab({ place }: OrderTabProps) {
  const t = useTexts(padTexts);
  const draft = useOrderDraft(place.id);
  const { pad, message, wanted } = usePad(draft.keeper);
  useRowOfAddress(draft, pad);
  const file = useFile(pad);
  const [isOver, setIsOver] = useState(false);
  const { shown, problemKeys, toggle } = useProblemFilter(draft.resolved);

  if (draft.status === "loading" && draft.rows.length === 0) return <Loading rows={8} />;

  function onKeyDown(event: KeyboardEvent): void {
    const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!isUndo || !draft.canUndo) return;
    event.preventDefault();
    pad.undo();
  }

  function onDrop(event: DragEvent): void {
    const [dropped] = event.dataTransfer.files;
    setIsOver(false);
    if (dropped === undefined) return;
    event.preventDefault();
    file.mutate(dropped);
  }

  return (
    <div
      role="group"
      aria-label={t("label")}
      className={`pad ${isOver ? "pad-over" : ""}`}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsOver(false);
      }}
      onDrop={onDrop}
    >
      {isOver && <p className="pad-drop">{t("file.drop")}</p>}
      <PadToolbar
        draft={draft}
        pad={pad}
        problemKeys={problemKeys}
        isFiltered={shown !== null}
        onFilter={toggle}
        isReading={file.isPending}
        onFile={(chosen) => file.mutate(chosen)}
      />
      <div role="status" className="pad-message">
        {file.isPending && t("file.reading", { name: file.variables.name })}
        {message?.kind === "info" && message.text}
      </div>
      {message?.kind === "error" && <Notice kind="error">{message.text}</Notice>}
      <ErrorLine
        error={file.error}
        onRetry={() => file.variables && file.mutate(file.variables)}
      />
      {shown !== null && shown.size === 0 ? (
        <Empty action={<Button onClick={toggle}>{t("showAll")}</Button>}>{t("noProblems")}</Empty>
      ) : (
        <PadSheet place={place} draft={draft} pad={pad} wanted={wanted} shown={shown} />
      )}
      <p className="pad-help wide-only">
        <strong>{t("help")}</strong> {t("help.text")}
      </p>
    </div>
  );
}

/** Goes to the row that the address names, once: then one is free to go on. */
function useRowOfAddress(draft: OrderDraft, pad: Pad): void {
  const [parameters, setParameters] = useSearchParams();
  const cell = cellOfAddress(parameters.get("row"), draft);
  const latest = useRef({ cell, setParameters });
  latest.current = { cell, setParameters };
  const isThere = cell !== null;
  useEffect(() => {
    const { cell: there, setParameters: set } = latest.current;
    if (!isThere || there === null) return;
    pad.focus(there);
    set(
      (present) => {
        const next = new URLSearchParams(present);
        next.delete("row");
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  }, [isThere, pad]);
}

/** Rows of a file go below the others, as if they had been typed. */
function useFile(pad: Pad) {
  const t = useTexts(padTexts);
  return useMutation({
    mutationFn: async (file: File) => {
      if (file.size > FILE_BYTES_MAX) throw new Fault(t("file.large"), "BAD_FILE");
      const content = await base64Of(file);
      return (await execute(OrderRowsFromFileDocument, { name: file.name, content }))
        .orderRowsFromFile;
    },
    onSuccess: pad.add,
  });
}

/** Which rows have a problem. A row that is shown for its problem stays while it is mended. */
function useProblemFilter(resolved: ReturnType<typeof useOrderDraft>["resolved"]) {
  const [kept, setKept] = useState<ReadonlySet<number> | null>(null);
  const problemKeys = useMemo(
    () => [...resolved].filter(([, row]) => row.state === "PROBLEM").map(([key]) => key),
    [resolved],
  );
  const shown = useMemo(
    () => (kept === null ? null : new Set([...kept, ...problemKeys])),
    [kept, problemKeys],
  );
  const toggle = () => setKept(kept === null ? new Set(problemKeys) : null);
  return { shown, problemKeys, toggle };
}
