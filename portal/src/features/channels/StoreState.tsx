import { StatePill } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { channelTexts } from "./texts";

/** Whether consumers can buy in it. */
export function StoreState({
  store,
}: {
  readonly store: { readonly isOpen: boolean; readonly takesOrders: boolean };
}) {
  const t = useTexts(channelTexts);
  if (store.takesOrders) return <StatePill kind="good">{t("state.open")}</StatePill>;
  if (store.isOpen) return <StatePill kind="waiting">{t("state.waiting")}</StatePill>;
  return <StatePill kind="neutral">{t("state.closed")}</StatePill>;
}

/** Who takes the consumers' money, as somebody with a name in both languages. */
export function collectorOf(store: {
  readonly collectorName: string;
  readonly collectorNameEn: string;
}): { readonly name: string; readonly nameEn: string } {
  return { name: store.collectorName, nameEn: store.collectorNameEn };
}
