import { Link } from "react-router";

import { ReplenishmentAcceptDocument, type ReplenishmentAcceptMutation } from "../../gql/graphql";
import { FormDialog, Money, Notice, Quantity, useName } from "../../shared/components";
import { useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { type Proposal, bySeller } from "./lines";
import { replenishmentTexts } from "./texts";

export type Taken = ReplenishmentAcceptMutation["replenishmentAccept"];

/** Says what comes of the chosen lines, by seller, before anything is ordered. */
export function AcceptDialog({
  kind,
  lines,
  quantityOf,
  onClose,
  onDone,
}: {
  readonly kind: "BUY" | "TRANSFER";
  readonly lines: readonly Proposal[];
  quantityOf(line: Proposal): number;
  readonly onClose: () => void;
  readonly onDone: (taken: Taken) => void;
}) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const intent = useIntent(ReplenishmentAcceptDocument, "replenishmentAccept", {
    touches: ["REPLENISHMENT", "ORDER", "STOCK"],
    onDone,
  });
  return (
    <FormDialog
      title={t(`accept.title.${kind}`, { count: lines.length })}
      intent={intent}
      isWide
      isReady={lines.length > 0}
      submitText={t(`accept.submit.${kind}`)}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({ lines: lines.map((line) => ({ id: line.id, quantity: quantityOf(line) })) })
      }
    >
      <p>{t(`accept.text.${kind}`)}</p>
      {[...bySeller(lines)].map(([key, group]) => (
        <section key={key} className="accept-group">
          <h3>{name(group[0]?.relationship?.seller ?? group[0]?.fromWarehouse)}</h3>
          <ul>
            {group.map((line) => (
              <li key={line.id}>
                <span>
                  {line.sku?.code} <small>{name(line.sku)}</small>
                </span>
                <span>{name(line.warehouse)}</span>
                <Quantity value={quantityOf(line)} unit={line.sku?.baseUnit} />
                {quantityOf(line) === line.quantity ? (
                  <Money value={line.amount} />
                ) : (
                  <small>{t("accept.repriced")}</small>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </FormDialog>
  );
}

/** What came of it, with the way to each order. */
export function TakenNotice({ taken }: { readonly taken: Taken }) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  return (
    <Notice kind="good">
      {t("accepted", { count: taken.count ?? 0 })}{" "}
      {(taken.orders ?? []).length > 0 && t("accepted.orders")}{" "}
      {(taken.orders ?? []).map((order) => (
        <span key={order.id} className="taken-order">
          <Link to={`/orders/${encodeURIComponent(order.id)}`}>{order.number}</Link>{" "}
          {name(order.counterpart)} <Money value={order.amount} />
        </span>
      ))}
    </Notice>
  );
}
