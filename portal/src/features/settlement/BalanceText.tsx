import type { RelationshipSide } from "../../gql/graphql";
import { Money } from "../../shared/components";
import type { MoneyValue } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { signOf, unsigned } from "./amounts";
import { moneyTexts } from "./texts";

const WORDS = {
  SELLER: { above: "balance.selling.owes", below: "balance.selling.prepaid" },
  BUYER: { above: "balance.buying.owes", below: "balance.buying.prepaid" },
  NONE: { above: "balance.owes", below: "balance.paid" },
} as const;

/** What the buyer owes, in words: who owes whom, or who has paid in advance. Without a side, in
 * words that both sides read alike. */
export function BalanceText({
  buyerOwes,
  side,
}: {
  readonly buyerOwes: MoneyValue;
  readonly side: RelationshipSide | null | undefined;
}) {
  const t = useTexts(moneyTexts);
  const sign = signOf(buyerOwes);
  if (sign === "zero") return <span className="balance balance-even">{t("balance.even")}</span>;
  return (
    <span className="balance">
      <small>{t(WORDS[side ?? "NONE"][sign])}</small> <Money value={unsigned(buyerOwes)} />
    </span>
  );
}
