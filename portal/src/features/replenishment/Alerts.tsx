import { Link, useSearchParams } from "react-router";

import { ReplenishmentAlertsDocument, type ReplenishmentAlertKind } from "../../gql/graphql";
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
import { usePartnerChoices } from "./choices";
import { supplyTexts } from "./supplyTexts";

const PAGE_SIZE = 50;
const KINDS = [
  "LATE_CONFIRMATION",
  "LATE_DELIVERY",
  "SHORT_RECEIPT",
] as const satisfies readonly ReplenishmentAlertKind[];

/** What is late or came short, on either side, until it heals: the worst first. */
export function Alerts() {
  const t = useTexts(supplyTexts);
  const name = useName();
  const [parameters, setParameters] = useSearchParams();
  const isOpen = parameters.get("state") !== "healed";
  const kind = KINDS.find((one) => one === parameters.get("kind"));
  const partners = usePartnerChoices(null);
  const partner = partners.find(({ value }) => value === parameters.get("partner"))?.value;
  const put = (key: string, value: string) => {
    const next = new URLSearchParams(parameters);
    if (value === "") next.delete(key);
    else next.set(key, value);
    setParameters(next, { replace: true });
  };
  const pages = usePages({
    kinds: ["ORDER", "SHIPMENT"],
    document: ReplenishmentAlertsDocument,
    variables: {
      isOpen,
      kind: kind ?? null,
      relationshipId: partner ?? null,
      first: PAGE_SIZE,
    },
    connection: (result) => result.replenishmentAlerts,
    keepsFormer: true,
  });
  return (
    <div className="proposals">
      <p className="report-note">{t("alerts.text")}</p>
      <div role="search" className="demand-tools">
        <SelectField
          label={t("alerts.state")}
          options={[
            { value: "", text: t("alerts.open") },
            { value: "healed", text: t("alerts.healed") },
          ]}
          value={isOpen ? "" : "healed"}
          onText={(value) => put("state", value)}
        />
        <SelectField
          label={t("alert")}
          options={[
            { value: "", text: t("alerts.all") },
            ...KINDS.map((value) => ({ value, text: t(`alert.${value}`) })),
          ]}
          value={kind ?? ""}
          onText={(value) => put("kind", value)}
        />
        {partners.length > 1 && (
          <SelectField
            label={t("partner")}
            options={[{ value: "", text: t("partners.all") }, ...partners]}
            value={partner ?? ""}
            onText={(value) => put("partner", value)}
          />
        )}
      </div>
      <PagedTable
        caption={t("tab.alerts")}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<Empty>{t(isOpen ? "alerts.empty" : "alerts.empty.healed")}</Empty>}
        columns={[
          {
            key: "alert",
            title: t("alert"),
            render: ({ kind: of, healedAt }) => (
              <StatePill kind={healedAt == null ? "bad" : "good"}>{t(`alert.${of}`)}</StatePill>
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
          {
            key: "partner",
            title: t("partner"),
            render: ({ order }) => (
              <span>
                {name(order?.counterpart)}
                {order != null && (
                  <small className="sku-name">
                    {t(order.side === "SELLING" ? "partner.buyer" : "partner.seller")}
                  </small>
                )}
              </span>
            ),
          },
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
