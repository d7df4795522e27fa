import { useState } from "react";

import { CampaignsDocument, type CampaignsQuery } from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  Page,
  PagedTable,
  ValidTo,
  useName,
} from "../../shared/components";
import { usePages } from "../../shared/graph/hooks";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { CampaignState } from "./CampaignState";
import { NewCampaign } from "./NewCampaign";
import { campaignTexts } from "./texts";

type Row = CampaignsQuery["couponCampaigns"]["edges"][number]["node"];

const PAGE_SIZE = 50;

/** Campaigns that our organization made, bears a part of or has stores in. */
export default function CampaignsPage() {
  const t = useTexts(campaignTexts);
  const [isNew, setIsNew] = useState(false);
  const pages = usePages({
    kinds: ["COUPON"],
    document: CampaignsDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.couponCampaigns,
  });
  return (
    <Page
      title={t("title")}
      actions={
        <Button kind="primary" onClick={() => setIsNew(true)}>
          {t("new")}
        </Button>
      }
    >
      <PagedTable
        caption={t("title")}
        pages={pages}
        columns={useColumns()}
        rowKey={(campaign) => campaign.id}
        rowHref={(campaign) => `/coupons/${encodeURIComponent(campaign.id)}`}
        empty={<Empty>{t("empty")}</Empty>}
      />
      {isNew && <NewCampaign onClose={() => setIsNew(false)} />}
    </Page>
  );
}

function useColumns(): readonly Column<Row>[] {
  const t = useTexts(campaignTexts);
  const name = useName();
  const { money, integer } = useFormat();
  return [
    { key: "name", title: t("name"), render: (campaign) => name(campaign) },
    { key: "code", title: t("code"), isWideOnly: true, render: (campaign) => campaign.code },
    {
      key: "state",
      title: t("state"),
      render: (campaign) => <CampaignState state={campaign.state} />,
    },
    {
      key: "terms",
      title: t("terms"),
      render: ({ value, threshold }) =>
        t("terms.text", { value: money(value), threshold: money(threshold) }),
    },
    {
      key: "by",
      title: t("by"),
      isWideOnly: true,
      render: ({ isOwn, organization }) =>
        isOwn ? t("us") : organization ? name(organization) : t("by.hidden"),
    },
    {
      key: "validTo",
      title: t("validTo"),
      render: (campaign) => <ValidTo value={campaign.validTo} />,
    },
    {
      key: "issued",
      title: t("issued"),
      align: "end",
      render: ({ issuedCount, quantityMax }) =>
        `${integer(issuedCount)} / ${integer(quantityMax)}`,
    },
  ];
}
