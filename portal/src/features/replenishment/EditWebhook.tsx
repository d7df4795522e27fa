import { useState } from "react";

import {
  WebhookCreateDocument,
  type WebhookPartsFragment,
  type WebhookTopic,
  WebhookUpdateDocument,
} from "../../gql/graphql";
import { CheckField, FormDialog, TextField, problemAt } from "../../shared/components";
import { useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { webhookTexts } from "./webhookTexts";

const TOPICS = [
  "ORDER_PLACED",
  "ORDER_REVIEWED",
  "ORDER_CONFIRMED",
  "ORDER_REDATED",
  "ORDER_CANCELLED",
  "ORDER_SHIPPED",
  "ORDER_RECEIVED",
  "ORDER_RETURN_REQUESTED",
  "ORDER_RETURN_REFUSED",
  "ORDER_RETURNED",
  "ORDER_DISPUTED",
  "ORDER_DISPUTE_CLOSED",
  "ORDER_ALERT_RAISED",
  "ORDER_EXPECTED_MOVED",
  "ORDER_SUBSTITUTE_PROPOSED",
  "ORDER_SUBSTITUTE_ACCEPTED",
  "ORDER_SUBSTITUTE_REFUSED",
  "ORDER_SUBSTITUTE_WITHDRAWN",
] as const satisfies readonly WebhookTopic[];

export interface ToldSecret {
  readonly url: string;
  readonly secret: string | null;
}

/** Where to tell, and of what. A new one's secret is told once. */
export function EditWebhook({
  webhook,
  onDone,
  onClose,
}: {
  readonly webhook: WebhookPartsFragment | null;
  readonly onDone: (secret: ToldSecret | null) => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(webhookTexts);
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [topics, setTopics] = useState<ReadonlySet<WebhookTopic>>(new Set(webhook?.topics ?? []));
  const touches = ["WEBHOOK"] as const;
  const creating = useIntent(WebhookCreateDocument, "webhookCreate", {
    touches,
    onDone: ({ secret }) => onDone({ url: url.trim(), secret: secret ?? null }),
  });
  const updating = useIntent(WebhookUpdateDocument, "webhookUpdate", {
    touches,
    onDone: () => onDone(null),
  });
  const intent = webhook === null ? creating : updating;
  const said = { url: url.trim(), topics: TOPICS.filter((topic) => topics.has(topic)) };
  return (
    <FormDialog
      title={t(webhook === null ? "new" : "edit")}
      intent={intent}
      fields={["url"]}
      isWide
      isReady={said.url !== "" && said.topics.length > 0}
      onClose={onClose}
      onSubmit={() =>
        void (webhook === null
          ? creating.run(said)
          : updating.run({ webhookId: webhook.id, ...said }))
      }
    >
      <TextField
        label={t("url")}
        type="url"
        hint={t("url.hint")}
        isRequired
        value={url}
        error={problemAt(intent.problems, "url")}
        onText={setUrl}
      />
      <fieldset className="webhook-topics">
        <legend>{t("topics")}</legend>
        {TOPICS.map((topic) => (
          <CheckField
            key={topic}
            label={t(topic)}
            isChecked={topics.has(topic)}
            onCheck={(isChecked) => {
              const next = new Set(topics);
              if (isChecked) next.add(topic);
              else next.delete(topic);
              setTopics(next);
            }}
          />
        ))}
      </fieldset>
    </FormDialog>
  );
}
