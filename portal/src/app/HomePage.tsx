import { Link } from "react-router";

import { type OrderState, WaitingDocument, type WaitingQuery } from "../gql/graphql";
import {
  DateText,
  Empty,
  ErrorLine,
  Icon,
  Loading,
  Page,
  Section,
  useName,
} from "../shared/components";
import { useGraph } from "../shared/graph/hooks";
import { useTexts } from "../shared/i18n/i18n";
import {
  OpenDrafts,
  WaitingAlerts,
  WaitingDisputes,
  WaitingPayments,
  WaitingRelationships,
  WaitingReturns,
  WaitingStatements,
} from "./HomeWaiting";
import { pagesFor } from "./pages";
import { useSession } from "./session";
import { appTexts } from "./texts";

type Count = WaitingQuery["buying"][number];

/** Where everybody begins: what waits, and the ways to all that one may do. */
export function HomePage() {
  const t = useTexts(appTexts);
  const { viewer, permissions, sides, may } = useSession();
  const name = useName();
  const pages = pagesFor(permissions, sides);
  return (
    <Page
      title={t("home.hello", { name: viewer.account?.name ?? name(viewer.organization) })}
      subtitle={name(viewer.organization)}
    >
      {may("ORDER_READ") && (
        <Section title={t("home.waits")}>
          <WaitingOrders />
        </Section>
      )}
      {may("ORDER_READ") && may("ORDER_CONFIRM") && <WaitingReturns />}
      {may("ORDER_READ") && <WaitingDisputes />}
      {may("ORDER_READ") && <WaitingAlerts />}
      {may("ORDER_PLACE", "ORDER_PLACE_ON_BEHALF") && <OpenDrafts />}
      {may("STATEMENT_READ") && may("STATEMENT_CONFIRM") && <WaitingStatements />}
      {may("PAYMENT_READ") && may("PAYMENT_RECORD") && <WaitingPayments />}
      {may("RELATIONSHIP_READ") && may("RELATIONSHIP_MANAGE") && <WaitingRelationships />}
      {pages.length === 0 && <Empty>{t("home.none")}</Empty>}
      <ul className="home-links" aria-label={t("home.pages")}>
        {pages.map((page) => (
          <li key={page.path}>
            <Link to={page.path} className="home-link">
              <Icon name={page.icon} />
              {t(page.text)}
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function WaitingOrders() {
  const t = useTexts(appTexts);
  const waiting = useGraph({
    kinds: ["ORDER", "SHIPMENT"],
    document: WaitingDocument,
    variables: {},
  });
  if (waiting.isPending) return <Loading rows={2} onRetry={() => void waiting.refetch()} />;
  const { buying = [], selling = [] } = waiting.data ?? {};
  const groups = [
    { side: "buying" as const, path: "/orders", counts: buying.filter(isOurs) },
    { side: "selling" as const, path: "/sales", counts: selling.filter(isOurs) },
  ];
  const isNone = groups.every((group) => group.counts.length === 0);
  return (
    <>
      <ErrorLine error={waiting.error} onRetry={() => void waiting.refetch()} />
      {isNone && waiting.data && <p>{t("home.nothing")}</p>}
      {!isNone && (
        <ul className="home-links">
          {groups.flatMap(({ side, path, counts }) =>
            counts.map((count) => (
              <li key={`${side} ${count.state}`}>
                <Link to={`${path}?state=${count.state}&ours=1`} className="home-link">
                  <span className="home-count">{count.heldByUsCount}</span>
                  <span>
                    {t(`waits.${side}.${waitingState(count.state)}`)}
                    <small className="home-since">
                      {t("home.oldest")} <DateText value={count.oldestSince} isSince />
                    </small>
                  </span>
                </Link>
              </li>
            )),
          )}
        </ul>
      )}
    </>
  );
}

function isOurs(count: Count): boolean {
  return count.heldByUsCount > 0;
}

/** The steps that somebody can wait for; finished orders are not counted. */
function waitingState(state: OrderState) {
  return state === "IN_REVIEW" || state === "TO_CONFIRM" || state === "TO_SHIP"
    ? state
    : "TO_RECEIVE";
}
