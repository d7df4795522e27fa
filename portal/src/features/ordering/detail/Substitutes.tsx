import {
  OrderSubstitutesDecideDocument,
  OrderSubstitutesWithdrawDocument,
} from "../../../gql/graphql";
import {
  ConfirmButton,
  DateText,
  IntentProblems,
  Money,
  Quantity,
  Section,
  StatePill,
  useName,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import type { Order } from "./OrderDetail";
import { substituteTexts } from "./substituteTexts";

type Substitute = Order["substitutes"][number];

const KINDS = {
  PROPOSED: "waiting",
  ACCEPTED: "good",
  REFUSED: "bad",
  WITHDRAWN: "neutral",
  LAPSED: "neutral",
} as const;

/** What is offered in place of what was ordered; the buyer takes it or declines, the seller may
 * take it back. Several at once, too. */
export function Substitutes({ order }: { readonly order: Order }) {
  const t = useTexts(substituteTexts);
  if (order.substitutes.length === 0) return null;
  const standing = order.substitutes.filter(({ state }) => state === "PROPOSED");
  return (
    <Section title={t("heading")}>
      {standing.length > 1 && (
        <div className="substitutes-all">
          <Acts order={order} substitutes={standing} />
        </div>
      )}
      <ul className="papers">
        {order.substitutes.map((substitute) => (
          <Paper key={substitute.id} order={order} substitute={substitute} />
        ))}
      </ul>
    </Section>
  );
}

function Paper({
  order,
  substitute,
}: {
  readonly order: Order;
  readonly substitute: Substitute;
}) {
  const t = useTexts(substituteTexts);
  const name = useName();
  const line = order.lines.find(({ id }) => id === substitute.orderLineId);
  const isStanding = substitute.state === "PROPOSED";
  return (
    <li>
      <div className="paper-head">
        <h3>
          {substitute.skuCode} {name({ name: substitute.skuName, nameEn: substitute.skuNameEn })}
        </h3>
        <StatePill kind={KINDS[substitute.state]}>{t(`state.${substitute.state}`)}</StatePill>
        {isStanding && <Acts order={order} substitutes={[substitute]} />}
      </div>
      <ul className="paper-lines">
        <li>
          <span>{t("of", { code: line?.skuCode ?? "–" })}</span>
          <span>
            <Quantity value={substitute.replacedQuantity} unit={line?.baseUnit} /> →{" "}
            <Quantity value={substitute.quantity} unit={substitute.baseUnit} />
          </span>
          <Money value={substitute.amount} />
          {substitute.promisedOn != null && (
            <span>
              {t("comesOn")} <DateText value={substitute.promisedOn} />
            </span>
          )}
          {substitute.validUntil != null && (
            <span>
              {t("goodUntil")} <DateText value={substitute.validUntil} />
            </span>
          )}
          {substitute.reason && <span>{substitute.reason}</span>}
          {substitute.decisionReason && <span>{substitute.decisionReason}</span>}
        </li>
        {isStanding && <li className="line-name">{t("staysOpen")}</li>}
      </ul>
    </li>
  );
}

/** What one may do with offers that stand: with one of them, or with all of the order's. */
function Acts({
  order,
  substitutes,
}: {
  readonly order: Order;
  readonly substitutes: readonly Substitute[];
}) {
  return (
    <>
      {order.allowedSteps.includes("DECIDE_SUBSTITUTE") && <Decide substitutes={substitutes} />}
      {order.allowedSteps.includes("WITHDRAW_SUBSTITUTE") && <Withdraw substitutes={substitutes} />}
    </>
  );
}

function Decide({ substitutes }: { readonly substitutes: readonly Substitute[] }) {
  const t = useTexts(substituteTexts);
  const intent = useIntent(OrderSubstitutesDecideDocument, "orderSubstitutesDecide", {
    touches: ["ORDER", "STOCK"],
  });
  const [first] = substitutes;
  const count = substitutes.length;
  const word = (what: "accept" | "refuse") =>
    count === 1 ? t(what) : t(`${what}.all`, { count });
  const title = (what: "accept" | "refuse") =>
    count === 1
      ? t(`${what}.title`, { code: first?.skuCode ?? "" })
      : t(`${what}.allTitle`, { count });
  const decide = (accepts: boolean, reason: string) =>
    void intent.run({
      decisions: substitutes.map(({ id }) => ({ orderSubstituteId: id, accepts, reason })),
    });
  return (
    <>
      <ConfirmButton
        size="small"
        kind="primary"
        title={title("accept")}
        text={t("accept.text")}
        confirmText={word("accept")}
        isBusy={intent.isRunning}
        onConfirm={() => decide(true, "")}
      >
        {word("accept")}
      </ConfirmButton>
      <ConfirmButton
        size="small"
        kind="danger"
        title={title("refuse")}
        text={t("refuse.text")}
        reason="optional"
        confirmText={word("refuse")}
        isBusy={intent.isRunning}
        onConfirm={(reason) => decide(false, reason)}
      >
        {word("refuse")}
      </ConfirmButton>
      <IntentProblems intent={intent} />
    </>
  );
}

function Withdraw({ substitutes }: { readonly substitutes: readonly Substitute[] }) {
  const t = useTexts(substituteTexts);
  const intent = useIntent(OrderSubstitutesWithdrawDocument, "orderSubstitutesWithdraw", {
    touches: ["ORDER"],
  });
  const [first] = substitutes;
  const count = substitutes.length;
  const word = count === 1 ? t("withdraw") : t("withdraw.all", { count });
  return (
    <>
      <ConfirmButton
        size="small"
        title={
          count === 1
            ? t("withdraw.title", { code: first?.skuCode ?? "" })
            : t("withdraw.allTitle", { count })
        }
        text={t("withdraw.text")}
        reason="optional"
        confirmText={word}
        isBusy={intent.isRunning}
        onConfirm={(reason) =>
          void intent.run({ orderSubstituteIds: substitutes.map(({ id }) => id), reason })
        }
      >
        {word}
      </ConfirmButton>
      <IntentProblems intent={intent} />
    </>
  );
}
