import { type ReactNode, useState } from "react";

import { type DifferencePartsFragment, DifferenceResolveDocument } from "../../gql/graphql";
import {
  Button,
  type Column,
  DateText,
  FormDialog,
  Money,
  PagedTable,
  TextAreaField,
  problemIn,
} from "../../shared/components";
import { type Pages, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { paymentTexts } from "./texts";

const NOTE_LENGTH_MAX = 500;

type Row = DifferencePartsFragment;

/** In what the bill and our books differ, each by its name, to be looked after. */
export function Differences({
  pages,
  empty,
}: {
  readonly pages: Pages<Row>;
  readonly empty: ReactNode;
}) {
  const t = useTexts(paymentTexts);
  const [resolving, setResolving] = useState<Row | null>(null);
  const columns: readonly Column<Row>[] = [
    { key: "kind", title: t("kind"), render: ({ kind }) => t(`kind.${kind}`) },
    { key: "day", title: t("day"), render: ({ day }) => <DateText value={day} /> },
    {
      key: "merchant",
      title: t("merchant"),
      isWideOnly: true,
      render: ({ merchantId }) => merchantId,
    },
    {
      key: "number",
      title: t("numbers"),
      render: ({ number, transactionId }) => (
        <span>
          {number || "–"}
          {transactionId !== "" && (
            <>
              <br />
              <small>{transactionId}</small>
            </>
          )}
        </span>
      ),
    },
    {
      key: "ours",
      title: t("ours"),
      align: "end",
      render: ({ ours }) => <Money value={ours} />,
    },
    {
      key: "theirs",
      title: t("theirs"),
      align: "end",
      render: ({ theirs }) => <Money value={theirs} />,
    },
    {
      key: "found",
      title: t("found"),
      isWideOnly: true,
      render: ({ foundAt }) => <DateText value={foundAt} />,
    },
    {
      key: "note",
      title: t("note"),
      render: (row) =>
        row.resolvedAt == null ? (
          <Button size="small" onClick={() => setResolving(row)}>
            {t("resolve")}
          </Button>
        ) : (
          <>
            {row.note} <DateText value={row.resolvedAt} />
          </>
        ),
    },
  ];
  return (
    <div className="noted">
      <p className="report-note">{t("differences.text")}</p>
      <PagedTable
        caption={t("differences")}
        pages={pages}
        columns={columns}
        rowKey={({ id }) => id}
        empty={empty}
      />
      {resolving && <Resolve difference={resolving} onClose={() => setResolving(null)} />}
    </div>
  );
}

function Resolve({
  difference,
  onClose,
}: {
  readonly difference: Row;
  readonly onClose: () => void;
}) {
  const t = useTexts(paymentTexts);
  const intent = useIntent(DifferenceResolveDocument, "differenceResolve", {
    touches: ["RECONCILIATION"],
    onDone: onClose,
  });
  const [note, setNote] = useState("");
  return (
    <FormDialog
      title={t("resolve.title")}
      intent={intent}
      fields={["note"]}
      submitText={t("resolve.submit")}
      isReady={note.trim() !== ""}
      onClose={onClose}
      onSubmit={() => void intent.run({ differenceId: difference.id, note: note.trim() })}
    >
      <p>
        <strong>{t(`kind.${difference.kind}`)}</strong> {difference.number}
      </p>
      <p>{t("resolve.text")}</p>
      <TextAreaField
        label={t("note")}
        isRequired
        maxLength={NOTE_LENGTH_MAX}
        value={note}
        onText={setNote}
        error={problemIn(intent.problems, "note")}
      />
    </FormDialog>
  );
}
