import { useState } from "react";
import { Link } from "react-router";

import { ReplenishmentAlertsDocument } from "../../gql/graphql";
import {
  DateText,
  Empty,
  PagedTable,
  Quantity,
  SelectField,
  StatePill,
  useName,
} from "../../shared/components";
import { usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { supplyTexts } from "./supplyTexts";

const PAGE_SIZE = 50;

/** What is late or came short, on either side, until it heals. */
export function Alerts() {
  const t = useTexts(supplyTexts);
  const name = useName();
  const [isOpen, setIsOpen] = useState(true);
  const pages = usePages({
    kinds: ["ORDER", "SHIPMENT"],
    document: ReplenishmentAlertsDocument,
    variables: { isOpen, first: PAGE_SIZE },
    connection: (result) => result.replenishmentAlerts,
  });
  return (
    <div className="proposals">
      <SelectField
        label={t("alerts.state")}
        options={[
          { value: "open", text: t("alerts.open") },
          { value: "healed", text: t("alerts.healed") },
        ]}
        value={isOpen ? "open" : "healed"}
        onText={(value) => setIsOpen(value === "open")}
      />
      <PagedTable
        caption={t("tab.alerts")}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<Empty>{t("alerts.empty")}</Empty>}
        columns={[
          {
            key: "alert",
            title: t("alert"),
            render: ({ kind, healedAt }) => (
              <StatePill kind={healedAt == null ? "bad" : "good"}>{t(`alert.${kind}`)}</StatePill>
            ),
          },
          {
            key: "order",
            title: t("order"),
            render: ({ order }) =>
              order == null ? (
                "–"
              ) : (
                <Link
                  to={`/${order.side === "SELLING" ? "sales" : "orders"}/${encodeURIComponent(order.id)}`}
                >
                  {order.number}
                </Link>
              ),
          },
          { key: "partner", title: t("partner"), render: ({ order }) => name(order?.counterpart) },
          { key: "due", title: t("dueOn"), render: ({ dueOn }) => <DateText value={dueOn} /> },
          {
            key: "quantity",
            title: t("quantity"),
            align: "end",
            render: ({ quantity }) => <Quantity value={Number(quantity)} />,
          },
          {
            key: "raised",
            title: t(isOpen ? "raised" : "healed"),
            render: ({ raisedAt, healedAt }) => <DateText value={healedAt ?? raisedAt} isSince />,
          },
        ]}
      />
    </div>
  );
}
