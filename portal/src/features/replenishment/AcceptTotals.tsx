import type { ReplenishmentAcceptPreviewQuery } from "../../gql/graphql";
import { Facts, Money, Quantity, StatePill, useName } from "../../shared/components";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { type Proposal, byGiver } from "./lines";
import { replenishmentTexts } from "./texts";

type Preview = ReplenishmentAcceptPreviewQuery["replenishmentAcceptPreview"];
type Order = Preview["orders"][number];

/** What each order comes to with its lines, and what the budget leaves; of what moves, from where. */
export function AcceptTotals({
  lines,
  quantityOf,
  preview,
}: {
  readonly lines: readonly Proposal[];
  quantityOf(line: Proposal): number;
  readonly preview: Preview;
}) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const { decimal } = useFormat();
  const orders = new Map(preview.orders.map((order) => [order.relationship?.id ?? "", order]));
  const amounts = new Map(
    preview.orders.flatMap((order) => order.lines.map(({ id, amount }) => [id, amount] as const)),
  );
  return (
    <>
      {[...byGiver(lines)].map(([key, group]) => (
        <section key={key} className="accept-group">
          <header>
            <h3>{name(group[0]?.relationship?.seller ?? group[0]?.fromWarehouse)}</h3>
            <OrderTotal lineCount={group.length} order={orders.get(key)} />
          </header>
          <ul className={group[0]?.kind === "BUY" ? undefined : "accept-moves"}>
            {group.map((line) => (
              <li key={line.id}>
                <span>
                  {line.sku?.code} <small>{name(line.sku)}</small>
                </span>
                <span>{name(line.warehouse)}</span>
                <Quantity value={quantityOf(line)} unit={line.sku?.baseUnit} />
                {line.kind === "BUY" && <Money value={amounts.get(line.id)} />}
              </li>
            ))}
          </ul>
        </section>
      ))}
      <Facts
        items={[
          { term: t("total.lines"), value: decimal(String(preview.lineCount)) },
          { term: t("total.units"), value: decimal(preview.quantity) },
          ...preview.budgets.flatMap(({ left, leftAfter }) => [
            { term: t("budget.left"), value: <Money value={left} /> },
            { term: t("budget.leftAfter"), value: <Money value={leftAfter} /> },
          ]),
        ]}
      />
    </>
  );
}

function OrderTotal({
  lineCount,
  order,
}: {
  readonly lineCount: number;
  readonly order: Order | undefined;
}) {
  const t = useTexts(replenishmentTexts);
  const { decimal } = useFormat();
  if (order === undefined) return <span>{t("total.of", { count: lineCount })}</span>;
  const { orderMinimum } = order;
  const hasMinimum = orderMinimum != null && Number(orderMinimum.amount) > 0;
  return (
    <span className="accept-total">
      <span>{t("total.of", { count: order.lines.length })}</span>
      <span>{t("total.unitsOf", { units: decimal(order.quantity) })}</span>
      <strong>
        <Money value={order.amount} />
      </strong>
      {hasMinimum && (
        <StatePill kind={order.isMinimumReached ? "good" : "bad"}>
          {t(order.isMinimumReached ? "minimum.reached" : "minimum.missed")}{" "}
          <Money value={orderMinimum} />
        </StatePill>
      )}
    </span>
  );
}
