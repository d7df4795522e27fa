import { Link } from "react-router";

import type { RelationshipSide, SettlementEntryFragment } from "../../gql/graphql";
import { type Column, DateText } from "../../shared/components";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { BalanceText } from "./BalanceText";
import { signOf } from "./amounts";
import { usePaper } from "./papers/usePaper";
import { moneyTexts } from "./texts";

/** The columns of what moved an account; each entry leads to the document that it comes from. */
export function useEntryColumns(
  side: RelationshipSide | null | undefined,
): readonly Column<SettlementEntryFragment>[] {
  const t = useTexts(moneyTexts);
  const { money } = useFormat();
  return [
    {
      key: "document",
      title: t("entry.document"),
      render: (entry) => <EntryDocument entry={entry} side={side} />,
    },
    { key: "kind", title: t("entry.kind"), render: ({ kind }) => t(`kind.${kind}`) },
    {
      key: "at",
      title: t("entry.at"),
      render: ({ occurredAt }) => <DateText value={occurredAt} />,
    },
    { key: "dueOn", title: t("dueOn"), render: ({ dueOn }) => <DateText value={dueOn} /> },
    {
      key: "amount",
      title: t("entry.amount"),
      align: "end",
      render: ({ buyerOwes }) => {
        const isRaised = signOf(buyerOwes) === "above";
        return (
          <span className={isRaised ? "entry-raises" : "entry-lowers"}>
            {isRaised && "+"}
            {money(buyerOwes)}
          </span>
        );
      },
    },
    {
      key: "after",
      title: t("entry.after"),
      align: "end",
      render: ({ buyerOwesAfter }) =>
        buyerOwesAfter && <BalanceText buyerOwes={buyerOwesAfter} side={side} />,
    },
  ];
}

function EntryDocument({
  entry,
  side,
}: {
  readonly entry: SettlementEntryFragment;
  readonly side: RelationshipSide | null | undefined;
}) {
  const { hrefOf } = usePaper();
  const { documentType, documentId, documentNumber, orderId } = entry;
  if (documentType === "payment" || documentType === "adjustment") {
    return <Link to={hrefOf({ kind: documentType, id: documentId })}>{documentNumber}</Link>;
  }
  if (orderId == null) return documentNumber;
  const list = side === "SELLER" ? "sales" : "orders";
  return <Link to={`/${list}/${encodeURIComponent(orderId)}`}>{documentNumber}</Link>;
}
