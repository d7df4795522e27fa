import { useState } from "react";

import { usePermissions } from "../../app/session";
import {
  PartnersDocument,
  StoreRouteAgreeDocument,
  StoreRouteLeaveDocument,
  type StoreTierPartsFragment,
  StoreUpdateDocument,
} from "../../gql/graphql";
import {
  Button,
  ConfirmButton,
  FormDialog,
  IntentProblems,
  Notice,
  Section,
  SelectField,
  StatePill,
  TextAreaField,
  problemIn,
  useName,
} from "../../shared/components";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import type { StoreDetail } from "./StorePage";
import { collectorOf } from "./StoreState";
import "./route.css";
import { channelTexts } from "./texts";

/** Whence goods come, as a picture, and what one can say to it. */
export function Route({ store }: { readonly store: StoreDetail }) {
  const t = useTexts(channelTexts);
  const may = usePermissions();
  const [isEditing, setIsEditing] = useState(false);
  const mine = store.route.find((tier) => tier.isYours && tier.tier > 0);
  return (
    <Section
      title={t("route")}
      actions={
        store.isOwn &&
        may("STORE_MANAGE") &&
        may("RELATIONSHIP_READ") && (
          <Button onClick={() => setIsEditing(true)}>{t("route.edit")}</Button>
        )
      }
    >
      <p>{t("route.text")}</p>
      <ol className="route">
        {store.route.map((tier) => (
          <li key={tier.tier}>
            <TierBox tier={tier} collector={collectorOf(store)} />
          </li>
        ))}
      </ol>
      {mine && may("STORE_MANAGE") && <Word store={store} tier={mine} />}
      {isEditing && <EditRoute store={store} onClose={() => setIsEditing(false)} />}
    </Section>
  );
}

function TierBox({
  tier,
  collector,
}: {
  readonly tier: StoreTierPartsFragment;
  readonly collector: ReturnType<typeof collectorOf>;
}) {
  const t = useTexts(channelTexts);
  const name = useName();
  // Whoever collects is known to all on the route, also to those who know nothing else of it.
  const known = tier.organization ?? (tier.isCollector ? collector : null);
  return (
    <div className={tier.isActive ? "route-tier" : "route-tier is-waiting"}>
      <span className="route-level">
        {tier.tier === 0 ? t("tier.0") : t("tier.n", { tier: tier.tier })}
      </span>
      <strong>{known ? name(known) : t("tier.hidden")}</strong>
      <span className="row-actions">
        {tier.isYours && <StatePill kind="active">{t("tier.you")}</StatePill>}
        {tier.isCollector && <StatePill kind="neutral">{t("tier.collects")}</StatePill>}
        {tier.tier > 0 && (
          <StatePill kind={tier.isActive ? "good" : "waiting"}>
            {t(
              tier.isActive
                ? "tier.active"
                : tier.agreedAt == null
                  ? "tier.waiting"
                  : "tier.agreed",
            )}
          </StatePill>
        )}
      </span>
    </div>
  );
}

/** Ours, as one who sells on the route. */
function Word({
  store,
  tier,
}: {
  readonly store: StoreDetail;
  readonly tier: StoreTierPartsFragment;
}) {
  const t = useTexts(channelTexts);
  const touches = ["STORE"] as const;
  const agreeing = useIntent(StoreRouteAgreeDocument, "storeRouteAgree", { touches });
  const leaving = useIntent(StoreRouteLeaveDocument, "storeRouteLeave", { touches });
  if (tier.agreedAt == null) {
    return (
      <>
        <Notice kind="warning">{t("agree.text")}</Notice>
        <IntentProblems intent={agreeing} />
        <div className="row-actions">
          <Button
            kind="primary"
            isBusy={agreeing.isRunning}
            onClick={() => void agreeing.run({ storeId: store.id, routeHash: store.routeHash })}
          >
            {t("agree")}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <IntentProblems intent={leaving} />
      <ConfirmButton
        title={t("leave.title")}
        text={t("leave.text")}
        confirmText={t("leave")}
        isBusy={leaving.isRunning}
        onConfirm={() => void leaving.run({ storeId: store.id })}
      >
        {t("leave")}
      </ConfirmButton>
    </>
  );
}

function EditRoute({
  store,
  onClose,
}: {
  readonly store: StoreDetail;
  readonly onClose: () => void;
}) {
  const t = useTexts(channelTexts);
  const name = useName();
  const ids = store.route.flatMap((tier) => (tier.relationshipId == null ? [] : [tier.relationshipId]));
  const [first, setFirst] = useState(ids[0] ?? "");
  const [further, setFurther] = useState(ids.slice(1).join("\n"));
  const [collector, setCollector] = useState(String(store.collectorTier));
  const partners = useGraph({
    kinds: ["RELATIONSHIP"],
    document: PartnersDocument,
    variables: { side: "BUYER" },
  });
  const intent = useIntent(StoreUpdateDocument, "storeUpdate", {
    touches: ["STORE"],
    onDone: onClose,
  });
  const above = further.split(/\s+/).filter(Boolean);
  const route = first === "" ? [] : [first, ...above];
  return (
    <FormDialog
      title={t("route.edit")}
      intent={intent}
      fields={["collectorTier"]}
      isReady
      onSubmit={() =>
        void intent.run({ storeId: store.id, route, collectorTier: Number(collector) })
      }
      onClose={onClose}
    >
      <Notice kind="warning">{t("route.anew")}</Notice>
      <SelectField
        label={t("route.first")}
        options={[
          { value: "", text: t("route.first.none") },
          ...(partners.data?.relationships.edges ?? []).map(({ node }) => ({
            value: node.id,
            text: name(node.seller),
          })),
        ]}
        value={first}
        onText={setFirst}
      />
      {first !== "" && (
        <TextAreaField
          label={t("route.further")}
          hint={t("route.further.hint")}
          value={further}
          onText={setFurther}
        />
      )}
      <SelectField
        label={t("collectorTier")}
        options={["0", ...route.map((_, place) => String(place + 1))].map((value) => ({
          value,
          text: value === "0" ? t("tier.0") : t("tier.n", { tier: value }),
        }))}
        value={collector}
        error={problemIn(intent.problems, "collectorTier")}
        onText={setCollector}
      />
    </FormDialog>
  );
}
