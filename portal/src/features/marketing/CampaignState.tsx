import type { CouponCampaignState } from "../../gql/graphql";
import { StatePill } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { campaignTexts } from "./texts";

const KINDS = {
  DRAFT: "waiting",
  AGREED: "good",
  ENDED: "neutral",
} as const satisfies Record<CouponCampaignState, string>;

export function CampaignState({ state }: { readonly state: CouponCampaignState }) {
  const t = useTexts(campaignTexts);
  return <StatePill kind={KINDS[state]}>{t(`state.${state}`)}</StatePill>;
}
