import { useParams } from "react-router";

import {
  CampaignAgreeDocument,
  CampaignEndDocument,
  CampaignPageDocument,
  type CampaignPageQuery,
} from "../../gql/graphql";
import {
  ConfirmButton,
  DataTable,
  DateText,
  Empty,
  ErrorState,
  Facts,
  IntentProblems,
  Loading,
  Page,
  Section,
  StatePill,
  ValidFrom,
  ValidTo,
  useName,
} from "../../shared/components";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { CampaignState } from "./CampaignState";
import { percentOf } from "./shares";
import { campaignTexts } from "./texts";

type Campaign = NonNullable<CampaignPageQuery["couponCampaign"]>;

/** One campaign: what its coupons are worth, who bears them, and our word to it. */
export default function CampaignPage() {
  const t = useTexts(campaignTexts);
  const name = useName();
  const { id = "" } = useParams();
  const asked = useGraph({
    kinds: ["COUPON"],
    document: CampaignPageDocument,
    variables: { id },
  });
  const campaign = asked.data?.couponCampaign;
  return (
    <Page
      title={campaign ? name(campaign) : t("title")}
      {...(campaign && { subtitle: campaign.code })}
      breadcrumbs={[{ to: "/coupons", text: t("title") }]}
    >
      {asked.isPending && <Loading rows={6} onRetry={() => void asked.refetch()} />}
      {asked.error && !campaign && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !campaign && <Empty>{t("notFound")}</Empty>}
      {campaign && (
        <>
          <Words campaign={campaign} />
          <About campaign={campaign} />
          <Shares campaign={campaign} />
          <Stores campaign={campaign} />
        </>
      )}
    </Page>
  );
}

/** What we may say to it. */
function Words({ campaign }: { readonly campaign: Campaign }) {
  const t = useTexts(campaignTexts);
  const touches = ["COUPON"] as const;
  const agreeing = useIntent(CampaignAgreeDocument, "couponCampaignAgree", { touches });
  const ending = useIntent(CampaignEndDocument, "couponCampaignEnd", { touches });
  const ours = campaign.shares.find((share) => share.isYours && share.agreedAt == null);
  const isOver = campaign.state === "ENDED";
  return (
    <>
      <IntentProblems intent={agreeing} />
      <IntentProblems intent={ending} />
      <div className="row-actions">
        {ours && !isOver && (
          <ConfirmButton
            kind="primary"
            title={t("agree.title")}
            text={t("agree.text", { share: percentOf(ours.basisPoints) })}
            confirmText={t("agree")}
            isBusy={agreeing.isRunning}
            onConfirm={() => void agreeing.run({ campaignId: campaign.id })}
          >
            {t("agree")}
          </ConfirmButton>
        )}
        {campaign.isOwn && !isOver && (
          <ConfirmButton
            kind="danger"
            title={t("end.title")}
            text={t("end.text")}
            confirmText={t("end")}
            isBusy={ending.isRunning}
            onConfirm={() => void ending.run({ campaignId: campaign.id })}
          >
            {t("end")}
          </ConfirmButton>
        )}
      </div>
    </>
  );
}

function About({ campaign }: { readonly campaign: Campaign }) {
  const t = useTexts(campaignTexts);
  const name = useName();
  const { money, integer } = useFormat();
  const { isOwn, organization, value, threshold } = campaign;
  return (
    <Facts
      items={[
        { term: t("state"), value: <CampaignState state={campaign.state} /> },
        {
          term: t("terms"),
          value: t("terms.text", { value: money(value), threshold: money(threshold) }),
        },
        {
          term: t("by"),
          value: isOwn ? t("us") : organization ? name(organization) : t("by.hidden"),
        },
        {
          term: t("validity"),
          value: (
            <>
              <ValidFrom value={campaign.validFrom} /> – <ValidTo value={campaign.validTo} />
            </>
          ),
        },
        {
          term: t("issued"),
          value: `${integer(campaign.issuedCount)} / ${integer(campaign.quantityMax)}`,
        },
        { term: t("perMember"), value: integer(campaign.perMemberMax) },
      ]}
    />
  );
}

function Shares({ campaign }: { readonly campaign: Campaign }) {
  const t = useTexts(campaignTexts);
  const name = useName();
  return (
    <Section title={t("shares")}>
      {campaign.shares.length === 0 ? (
        <Empty>{t("shares.none")}</Empty>
      ) : (
        <DataTable
          caption={t("shares")}
          rows={campaign.shares}
          rowKey={(share) => share.organization?.id ?? String(campaign.shares.indexOf(share))}
          columns={[
            {
              key: "party",
              title: t("party"),
              render: ({ isYours, organization }) =>
                isYours ? t("us") : organization ? name(organization) : t("by.hidden"),
            },
            {
              key: "share",
              title: t("share"),
              align: "end",
              render: ({ basisPoints }) => `${percentOf(basisPoints)} %`,
            },
            {
              key: "agreed",
              title: t("agreed"),
              render: ({ agreedAt }) =>
                agreedAt == null ? (
                  <StatePill kind="waiting">{t("waiting")}</StatePill>
                ) : (
                  <DateText value={agreedAt} />
                ),
            },
          ]}
        />
      )}
    </Section>
  );
}

function Stores({ campaign }: { readonly campaign: Campaign }) {
  const t = useTexts(campaignTexts);
  const name = useName();
  const stores = campaign.stores?.edges.map(({ node }) => node) ?? [];
  return (
    <Section title={t("stores")}>
      {stores.length === 0 ? (
        <Empty>{t("stores.empty")}</Empty>
      ) : (
        <DataTable
          caption={t("stores")}
          rows={stores}
          rowKey={(store) => store.id}
          rowHref={(store) => `/stores/${encodeURIComponent(store.id)}`}
          columns={[
            { key: "name", title: t("name"), render: (store) => name(store) },
            { key: "code", title: t("code"), render: (store) => store.code },
          ]}
        />
      )}
    </Section>
  );
}
