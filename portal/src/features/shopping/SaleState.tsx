import type { ConsumerOrderState } from "../../gql/graphql";
import { StatePill } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { shoppingTexts } from "./texts";

const KINDS = {
  TO_PAY: "waiting",
  TO_SHIP: "active",
  TO_PICK_UP: "active",
  SHIPPED: "active",
  COMPLETED: "good",
  CANCELLED: "neutral",
  EXPIRED: "neutral",
} as const satisfies Record<ConsumerOrderState, string>;

export const STATES = Object.keys(KINDS) as readonly ConsumerOrderState[];

export function SaleState({ state }: { readonly state: ConsumerOrderState }) {
  const t = useTexts(shoppingTexts);
  return <StatePill kind={KINDS[state]}>{t(`state.${state}`)}</StatePill>;
}
