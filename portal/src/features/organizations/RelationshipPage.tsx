import { useParams } from "react-router";

import { usePermissions } from "../../app/session";
import { RelationshipPageDocument, type RelationshipPageQuery } from "../../gql/graphql";
import {
  ButtonLink,
  DateText,
  Empty,
  ErrorState,
  Facts,
  Loading,
  Page,
  Section,
} from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { AuditButton } from "../identity/audit/AuditDrawer";
import { InviteButton } from "../identity/people/InviteButton";
import { Credit } from "./relationship/Credit";
import { EdgeState } from "./relationship/EdgeState";
import { Assortments, PriceLists, useGrantPermissions } from "./relationship/Grants";
import { Steps, useCounterpart } from "./relationship/Steps";
import { PartiesFacts, TermsFacts } from "./relationship/TermsFacts";
import { Warehouses } from "./relationship/Warehouses";
import "./relationship/relationship.css";
import { organizationsTexts } from "./texts";

type Edge = NonNullable<RelationshipPageQuery["relationship"]>;

/** One edge: its terms in words, its credit, what is granted on it, and what one may do to it. */
export default function RelationshipPage() {
  const t = useTexts(organizationsTexts);
  const may = usePermissions();
  const { id = "" } = useParams();
  const grants = useGrantPermissions();
  const query = useGraph({
    kinds: ["RELATIONSHIP", "CREDIT", "PRICE", "CATALOG", "STOCK", "ORGANIZATION"],
    document: RelationshipPageDocument,
    variables: { id, credit: may("CREDIT_READ", "CREDIT_MANAGE"), ...grants },
  });
  const edge = query.data?.relationship;
  if (edge) return <Shown edge={edge} />;
  return (
    <Page
      title={t("relationships.title")}
      breadcrumbs={[{ to: "/setup/relationships", text: t("relationships.title") }]}
    >
      {query.isPending ? (
        <Loading rows={8} />
      ) : query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Empty>{t("notFound")}</Empty>
      )}
    </Page>
  );
}

function Shown({ edge }: { readonly edge: Edge }) {
  const t = useTexts(organizationsTexts);
  const may = usePermissions();
  const grants = useGrantPermissions();
  const name = useCounterpart({ edge });
  const sells = edge.side === "SELLER";
  return (
    <Page
      title={name}
      breadcrumbs={[{ to: "/setup/relationships", text: t("relationships.title") }]}
      subtitle={
        <span className="row-actions">
          <span>{edge.side != null && t(`side.of.${edge.side}`)}</span>
          <EdgeState edge={edge} />
        </span>
      }
      actions={<Links edge={edge} name={name} />}
    >
      <Steps edge={edge} />
      <div className="edge-page">
        <Section title={t("terms")}>
          <TermsFacts edge={edge} />
        </Section>
        <div className="edge-side">
          {may("CREDIT_READ", "CREDIT_MANAGE") && <Credit edge={edge} />}
          <Section title={t("parties")}>
            <PartiesFacts edge={edge} />
            <Facts
              items={[
                { term: t("proposedAt"), value: <DateText value={edge.createdAt} /> },
                { term: t("acceptedAt"), value: <DateText value={edge.acceptedAt} /> },
              ]}
            />
          </Section>
        </div>
      </div>
      {sells && grants.priceLists && <PriceLists edge={edge} />}
      {sells && grants.assortments && <Assortments edge={edge} />}
      {sells && grants.warehouses && <Warehouses edge={edge} />}
    </Page>
  );
}

/** Where else this edge matters. */
function Links({ edge, name }: { readonly edge: Edge; readonly name: string }) {
  const t = useTexts(organizationsTexts);
  const may = usePermissions();
  const id = encodeURIComponent(edge.id);
  const canOrder = edge.side === "BUYER" ? may("ORDER_PLACE") : may("ORDER_PLACE_ON_BEHALF");
  const partner = edge.side === "SELLER" ? edge.buyer : edge.seller;
  return (
    <>
      {partner?.isManaged && (
        <InviteButton organizationId={partner.id} text={t("invite.partner")} />
      )}
      {edge.state === "ACTIVE" && canOrder && (
        <ButtonLink to={`/order?relationship=${id}`}>
          {t(edge.side === "BUYER" ? "order" : "order.onBehalf")}
        </ButtonLink>
      )}
      {may("CREDIT_READ", "STATEMENT_READ") && (
        <ButtonLink to={`/money/${id}`}>{t("account")}</ButtonLink>
      )}
      <AuditButton subjectType="relationship" subjectId={edge.id} title={name} />
    </>
  );
}
