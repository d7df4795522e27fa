import type { WebhookPartsFragment } from "../../gql/graphql";
import { DataTable, Empty, StatePill } from "../../shared/components";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { webhookTexts } from "./webhookTexts";

const KINDS = { WAITING: "waiting", DELIVERED: "good", GIVEN_UP: "bad" } as const;

/** What an endpoint was told last, and what it answered. */
export function Deliveries({ webhook }: { readonly webhook: WebhookPartsFragment }) {
  const t = useTexts(webhookTexts);
  const { moment } = useFormat();
  const deliveries = webhook.deliveries ?? [];
  if (deliveries.length === 0) return <Empty>{t("deliveries.empty")}</Empty>;
  return (
    <DataTable
      caption={t("deliveries")}
      rows={deliveries}
      rowKey={({ id }) => id}
      columns={[
        {
          key: "topic",
          title: t("topic"),
          render: ({ topic, createdAt }) => (
            <span>
              <code>{topic}</code>
              <small className="sku-name">{moment(createdAt)}</small>
            </span>
          ),
        },
        {
          key: "state",
          title: t("state"),
          render: ({ state, nextTryAt }) => (
            <span>
              <StatePill kind={KINDS[state]}>{t(`delivery.${state}`)}</StatePill>
              {nextTryAt != null && (
                <small className="sku-name">{t("next", { time: moment(nextTryAt) })}</small>
              )}
            </span>
          ),
        },
        { key: "tries", title: t("tries"), align: "end", render: ({ tries }) => tries },
        {
          key: "answer",
          title: t("answer"),
          render: ({ lastStatus, lastError }) =>
            [lastStatus, lastError].filter((part) => part != null && part !== "").join(" ") || "–",
        },
      ]}
    />
  );
}
