import { useState } from "react";
import { Link } from "react-router";

import { ReplenishmentProposalsDocument } from "../../gql/graphql";
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
import { replenishmentTexts } from "./texts";

const PAGE_SIZE = 50;
const STATES = ["ACCEPTED", "DISMISSED", "SUPERSEDED"] as const;

/** What came of former lines. */
export function DecidedLines() {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const [state, setState] = useState<(typeof STATES)[number]>("ACCEPTED");
  const pages = usePages({
    kinds: ["REPLENISHMENT", "ORDER"],
    document: ReplenishmentProposalsDocument,
    variables: { state, first: PAGE_SIZE },
    connection: (result) => result.replenishmentProposals,
  });
  return (
    <div className="proposals">
      <div className="demand-tools">
        <SelectField
          label={t("state")}
          options={STATES.map((value) => ({ value, text: t(`state.${value}`) }))}
          value={state}
          onText={(value) => setState(STATES.find((one) => one === value) ?? "ACCEPTED")}
        />
      </div>
      <PagedTable
        caption={t("tab.done")}
        pages={pages}
        rowKey={(line) => line.id}
        empty={<Empty>{t("done.empty")}</Empty>}
        columns={[
          {
            key: "sku",
            title: t("sku"),
            render: ({ sku }) => (
              <span>
                {sku?.code}
                <small className="sku-name">{name(sku)}</small>
              </span>
            ),
          },
          { key: "kind", title: t("kind"), render: ({ kind }) => t(`tab.${kind}`) },
          {
            key: "state",
            title: t("state"),
            render: (line) => (
              <StatePill kind={line.state === "ACCEPTED" ? "good" : "neutral"}>
                {t(`state.${line.state}`)}
              </StatePill>
            ),
          },
          { key: "warehouse", title: t("warehouse"), render: ({ warehouse }) => name(warehouse) },
          {
            key: "quantity",
            title: t("quantity"),
            align: "end",
            render: (line) => (
              <Quantity value={line.acceptedQuantity ?? line.quantity} unit={line.sku?.baseUnit} />
            ),
          },
          {
            key: "order",
            title: t("order"),
            render: ({ order }) =>
              order == null ? (
                "–"
              ) : (
                <Link to={`/orders/${encodeURIComponent(order.id)}`}>{order.number}</Link>
              ),
          },
          {
            key: "made",
            title: "",
            isWideOnly: true,
            render: ({ madeAt }) => <DateText value={madeAt} isSince />,
          },
        ]}
      />
    </div>
  );
}
