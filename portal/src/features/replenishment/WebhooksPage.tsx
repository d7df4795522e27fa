import { useState } from "react";

import {
  WebhookDeleteDocument,
  type WebhookPartsFragment,
  WebhookRotateDocument,
  WebhookTestDocument,
  WebhookUpdateDocument,
  WebhooksDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  ConfirmButton,
  Drawer,
  Empty,
  IntentProblems,
  Notice,
  Page,
  PagedTable,
  StatePill,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { OneTime } from "../identity/people/OneTime";
import { Deliveries } from "./Deliveries";
import { EditWebhook, type ToldSecret } from "./EditWebhook";
import "./replenishment.css";
import { webhookTexts } from "./webhookTexts";

type Webhook = WebhookPartsFragment;

const PAGE_SIZE = 50;

/** The systems that are told what happens to orders, and what came of it. */
export default function WebhooksPage() {
  const t = useTexts(webhookTexts);
  const [edited, setEdited] = useState<Webhook | "new" | null>(null);
  const [shownId, setShownId] = useState<string | null>(null);
  const [told, setTold] = useState<ToldSecret | null>(null);
  const pages = usePages({
    kinds: ["WEBHOOK", "ORDER"],
    document: WebhooksDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.webhooks,
  });
  const shown = pages.rows.find(({ id }) => id === shownId);
  return (
    <Page
      title={t("title")}
      actions={
        <Button kind="primary" onClick={() => setEdited("new")}>
          {t("new")}
        </Button>
      }
    >
      <p className="report-note">{t("text")}</p>
      <PagedTable
        caption={t("title")}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<Empty>{t("empty")}</Empty>}
        columns={useColumns({ edit: setEdited, show: ({ id }) => setShownId(id), tell: setTold })}
      />
      <Drawer
        title={t("deliveries.of", { url: shown?.url ?? "" })}
        isOpen={shown !== undefined}
        onClose={() => setShownId(null)}
      >
        {shown && <Deliveries webhook={shown} />}
      </Drawer>
      {edited !== null && (
        <EditWebhook
          webhook={edited === "new" ? null : edited}
          onDone={(secret) => {
            setEdited(null);
            setTold(secret);
          }}
          onClose={() => setEdited(null)}
        />
      )}
      {told && (
        <OneTime
          title={t("secret.title", { url: told.url })}
          label={t("secret")}
          text={t("secret.text")}
          lostText={t("secret.lost")}
          value={told.secret}
          onClose={() => setTold(null)}
        />
      )}
    </Page>
  );
}

function useColumns(does: {
  edit(webhook: Webhook): void;
  show(webhook: Webhook): void;
  tell(secret: ToldSecret): void;
}): readonly Column<Webhook>[] {
  const t = useTexts(webhookTexts);
  return [
    { key: "url", title: t("url"), render: ({ url }) => <code className="webhook-url">{url}</code> },
    {
      key: "topics",
      title: t("topics"),
      render: ({ topics }) => topics.map((topic) => t(topic)).join(" · "),
    },
    {
      key: "state",
      title: t("state"),
      render: ({ isActive, offReason }) => (
        <StatePill kind={isActive ? "good" : offReason === "FAILING" ? "bad" : "neutral"}>
          {isActive ? t("on") : t(offReason == null ? "off" : `off.${offReason}`)}
        </StatePill>
      ),
    },
    {
      key: "actions",
      title: "",
      render: (webhook) => (
        <WebhookActs
          webhook={webhook}
          onEdit={() => does.edit(webhook)}
          onShow={() => does.show(webhook)}
          onSecret={does.tell}
        />
      ),
    },
  ];
}

function WebhookActs({
  webhook,
  onEdit,
  onShow,
  onSecret,
}: {
  readonly webhook: Webhook;
  readonly onEdit: () => void;
  readonly onShow: () => void;
  readonly onSecret: (secret: ToldSecret) => void;
}) {
  const t = useTexts(webhookTexts);
  const [isTested, setIsTested] = useState(false);
  const touches = ["WEBHOOK"] as const;
  const webhookId = webhook.id;
  const testing = useIntent(WebhookTestDocument, "webhookTest", {
    touches,
    onDone: () => setIsTested(true),
  });
  const turning = useIntent(WebhookUpdateDocument, "webhookUpdate", { touches });
  const deleting = useIntent(WebhookDeleteDocument, "webhookDelete", { touches });
  const rotating = useIntent(WebhookRotateDocument, "webhookRotate", {
    touches,
    onDone: ({ secret }) => onSecret({ url: webhook.url, secret: secret ?? null }),
  });
  return (
    <div className="proposal-acts">
      <Button size="small" onClick={onShow}>
        {t("deliveries")}
      </Button>
      {webhook.isActive && (
        <Button
          size="small"
          isBusy={testing.isRunning}
          onClick={() => void testing.run({ webhookId })}
        >
          {t("test")}
        </Button>
      )}
      <Button size="small" onClick={onEdit}>
        {t("change")}
      </Button>
      <Button
        size="small"
        isBusy={turning.isRunning}
        onClick={() => void turning.run({ webhookId, isActive: !webhook.isActive })}
      >
        {t(webhook.isActive ? "turnOff" : "turnOn")}
      </Button>
      <ConfirmButton
        size="small"
        title={t("rotate.title")}
        text={t("rotate.text")}
        isBusy={rotating.isRunning}
        onConfirm={() => void rotating.run({ webhookId })}
      >
        {t("rotate")}
      </ConfirmButton>
      <ConfirmButton
        size="small"
        kind="danger"
        title={t("remove.title")}
        text={t("remove.text")}
        isBusy={deleting.isRunning}
        onConfirm={() => void deleting.run({ webhookId })}
      >
        {t("remove")}
      </ConfirmButton>
      {isTested && <Notice kind="good">{t("tested")}</Notice>}
      {[testing, turning, deleting, rotating].map((intent, index) => (
        <IntentProblems key={index} intent={intent} />
      ))}
    </div>
  );
}
