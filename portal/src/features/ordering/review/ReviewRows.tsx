import { useState } from "react";

import type { DraftFragment } from "../../../gql/graphql";
import {
  Button,
  ButtonLink,
  type Column,
  DataTable,
  Money,
  Quantity,
  Section,
  useName,
} from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import type { PricedLine } from "../catalog/PriceDrawer";
import type { OrderDraft } from "../draft/useOrderDraft";
import { rowAddress } from "./ProblemAction";
import { reviewTexts } from "./reviewTexts";

type DraftRow = DraftFragment["rows"][number];

const SHOWN_FIRST = 100;

interface ReadyRowsProps {
  readonly draft: DraftFragment;
  readonly order: OrderDraft;
  onExplain(line: PricedLine): void;
}

/** The lines that the order will have. */
export function ReadyRows(props: ReadyRowsProps) {
  const { draft } = props;
  const t = useTexts(reviewTexts);
  const { integer } = useFormat();
  const [isWhole, setIsWhole] = useState(false);
  const ready = draft.rows.filter((row) => row.state === "READY");
  const columns = useReadyColumns(props);
  return (
    <Section title={t("lines", { count: integer(draft.readyCount) })}>
      {ready.length === 0 && <p>{t("lines.none")}</p>}
      {ready.length > 0 && (
        <DataTable
          caption={t("lines.caption")}
          columns={columns}
          rows={isWhole ? ready : ready.slice(0, SHOWN_FIRST)}
          rowKey={(row) => String(row.position)}
        />
      )}
      {!isWhole && ready.length > SHOWN_FIRST && (
        <Button onClick={() => setIsWhole(true)}>
          {t("lines.all", { count: integer(ready.length) })}
        </Button>
      )}
    </Section>
  );
}

function useReadyColumns({ draft, order, onExplain }: ReadyRowsProps): readonly Column<DraftRow>[] {
  const t = useTexts(reviewTexts);
  const { integer } = useFormat();
  const merged = new Map<number, number>();
  for (const { mergedInto } of draft.rows) {
    if (mergedInto !== null) merged.set(mergedInto, (merged.get(mergedInto) ?? 0) + 1);
  }

  function remove({ position }: DraftRow): void {
    const positions = draft.rows
      .filter((row) => row.position === position || row.mergedInto === position)
      .map((row) => order.places[row.position]);
    order.keeper.removeRows(new Set(positions.filter((key) => key !== undefined)));
  }

  return [
    { key: "product", title: t("product"), render: (row) => <Product row={row} /> },
    {
      key: "quantity",
      title: t("quantity"),
      align: "end",
      render: (row) => (
        <div>
          <Quantity value={row.quantity} unit={row.sku?.baseUnit} />
          <span className="review-note">
            {merged.has(row.position)
              ? t("merged", { count: integer(merged.get(row.position) ?? 0) })
              : row.pack && row.pack.units > 1 && row.quantityText}
          </span>
        </div>
      ),
    },
    {
      key: "price",
      title: t("price"),
      align: "end",
      render: (row) => <Price row={row} onExplain={onExplain} />,
    },
    {
      key: "amount",
      title: t("amount"),
      align: "end",
      render: (row) => <Money value={row.amount} />,
    },
    {
      key: "remove",
      title: "",
      align: "end",
      render: (row) => (
        <Button
          kind="quiet"
          size="small"
          aria-label={t("remove.of", { code: row.sku?.code ?? row.code })}
          onClick={() => remove(row)}
        >
          {t("remove")}
        </Button>
      ),
    },
  ];
}

function Product({ row }: { readonly row: DraftRow }) {
  const name = useName();
  if (row.sku === null) return <>{row.code}</>;
  return (
    <div>
      {name(row.sku)} <span className="review-note">{row.sku.code}</span>
    </div>
  );
}

/** A price, and on a click how it came to be. */
function Price({
  row: { sku, pack, quantity, unitPrice, amount, code },
  onExplain,
}: {
  readonly row: DraftRow;
  onExplain(line: PricedLine): void;
}) {
  const t = useTexts(reviewTexts);
  const name = useName();
  const { money } = useFormat();
  if (unitPrice === null || amount === null) return <Money value={null} />;
  const price = money({ amount: unitPrice, currency: amount.currency });
  if (sku === null || quantity === null) return <span className="number">{price}</span>;
  const packId = pack !== null && pack.units > 1 ? pack.id : null;
  return (
    <button
      type="button"
      className="review-action number"
      aria-label={t("explain", { price, code })}
      onClick={() =>
        onExplain({
          title: `${sku.code} ${name(sku)}`,
          skuId: sku.id,
          // Rows are merged by their pack: its units always come out even.
          quantity: pack !== null && packId !== null ? quantity / pack.units : quantity,
          packId,
        })
      }
    >
      {price}
    </button>
  );
}

/** Rows that cannot be ordered as they are, each with all that is wrong. */
export function ProblemRows({
  draft,
  relationshipId,
}: {
  readonly draft: DraftFragment;
  readonly relationshipId: string;
}) {
  const t = useTexts(reviewTexts);
  const { integer } = useFormat();
  const rows = draft.rows.filter((row) => row.state === "PROBLEM");
  const row = ({ position }: DraftRow) => integer(position + 1);
  return (
    <Section title={t("problems", { count: integer(draft.problemCount) })}>
      <ul className="review-problems" aria-label={t("problems.caption")}>
        {rows.map((each) => (
          <li key={each.position}>
            <div>
              <strong>{t("row", { row: row(each) })}</strong> {each.code} {each.quantityText}
              {each.problems.map((problem, index) => (
                <p key={index} className="review-problem">
                  {problem.message}
                </p>
              ))}
            </div>
            <ButtonLink to={rowAddress(relationshipId, each.position)} size="small">
              {t("row.fix")}
              <span className="visually-hidden">{t("row", { row: row(each) })}</span>
            </ButtonLink>
          </li>
        ))}
      </ul>
    </Section>
  );
}
