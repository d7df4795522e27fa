import type { OrderState } from "../../gql/graphql";
import { StatePill } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { orderingTexts } from "./texts";

const KINDS = {
  IN_REVIEW: "waiting",
  TO_CONFIRM: "waiting",
  TO_SHIP: "active",
  TO_RECEIVE: "active",
  CLOSED: "good",
  CANCELLED: "neutral",
  REFUSED: "bad",
} as const satisfies Record<OrderState, string>;

export function OrderStatePill({ state }: { readonly state: OrderState }) {
  const t = useTexts(orderingTexts);
  return <StatePill kind={KINDS[state]}>{t(`state.${state}`)}</StatePill>;
}
