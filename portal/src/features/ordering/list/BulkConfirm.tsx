import { useState } from "react";

import { OrdersConfirmDocument } from "../../../gql/graphql";
import { Button, IntentProblems, Modal, Money, useName } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useTexts } from "../../../shared/i18n/i18n";
import type { ListedOrder } from "./OrderList";
import { listTexts } from "./texts";

/** As many as one request may name. */
const ORDERS_MAX = 100;

/** Confirm all that is ordered, in each of the chosen orders: all of them, or none. */
export function BulkConfirm({
  orders,
  onDone,
}: {
  readonly orders: readonly ListedOrder[];
  readonly onDone: () => void;
}) {
  const t = useTexts(listTexts);
  const common = useTexts(commonTexts);
  const name = useName();
  const [isOpen, setIsOpen] = useState(false);
  const [doneCount, setDoneCount] = useState(0);
  const intent = useIntent(OrdersConfirmDocument, "ordersConfirm", {
    touches: ["ORDER"],
    onDone: (payload) => {
      setIsOpen(false);
      setDoneCount(payload.orders.length);
      onDone();
    },
  });
  const isTooMany = orders.length > ORDERS_MAX;
  return (
    <div className="bulk">
      <Button
        kind="primary"
        disabled={orders.length === 0 || isTooMany}
        onClick={() => {
          intent.reset();
          setIsOpen(true);
        }}
      >
        {t("bulk.confirm", { count: orders.length })}
      </Button>
      <span role="status">
        {isTooMany && t("bulk.tooMany", { max: ORDERS_MAX })}
        {orders.length === 0 && (doneCount > 0 ? t("bulk.done", { count: doneCount }) : t("bulk.hint"))}
      </span>
      <Modal
        title={t("bulk.title", { count: orders.length })}
        isOpen={isOpen}
        isWide
        onClose={() => setIsOpen(false)}
        footer={
          <>
            <Button onClick={() => setIsOpen(false)}>{common("cancel")}</Button>
            <Button
              kind="primary"
              isBusy={intent.isRunning}
              onClick={() => void intent.run({ orderIds: orders.map(({ id }) => id) })}
            >
              {common("confirm")}
            </Button>
          </>
        }
      >
        <p>{t("bulk.text")}</p>
        <IntentProblems
          intent={intent}
          action={(problem) => {
            const order = orders[Number(problem.path[1])];
            return order && <strong>{order.number}</strong>;
          }}
        />
        <ul className="bulk-orders">
          {orders.map((order) => (
            <li key={order.id}>
              <span>{order.number}</span>
              <span>{name(order.counterpart)}</span>
              <Money value={order.amount} />
            </li>
          ))}
        </ul>
      </Modal>
    </div>
  );
}
