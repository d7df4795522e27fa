import { commonTexts } from "../i18n/common";
import { type MoneyValue, shareOf, useFormat } from "../i18n/format";
import { useTexts } from "../i18n/i18n";

/**
 * Credit and deposit as one bar: of the limit, what is used, held and free, and what sales have
 * left that may still go back.
 */
export function Gauge({
  title,
  limit,
  owed,
  held,
  returnable,
  free,
}: {
  readonly title: string;
  readonly limit: MoneyValue;
  readonly owed: MoneyValue;
  readonly held: MoneyValue;
  readonly returnable: MoneyValue;
  readonly free: MoneyValue;
}) {
  const t = useTexts(commonTexts);
  const { money } = useFormat();
  const isPrepaid = owed.amount.startsWith("-");
  const isOver = free.amount.startsWith("-");
  const positive = (value: MoneyValue) => ({ ...value, amount: value.amount.replace("-", "") });
  const parts = [
    { name: t("gauge.limit"), value: limit, kind: "limit" },
    {
      name: t(isPrepaid ? "gauge.prepaid" : "gauge.owed"),
      value: positive(owed),
      kind: isPrepaid ? "prepaid" : "owed",
    },
    { name: t("gauge.held"), value: held, kind: "held" },
    ...(Number(returnable.amount) === 0
      ? []
      : [{ name: t("gauge.returnable"), value: returnable, kind: "returnable" }]),
    {
      name: t(isOver ? "gauge.over" : "gauge.free"),
      value: positive(free),
      kind: isOver ? "over" : "free",
    },
  ];
  // A bar as long as all that there is: the limit, and beyond it what was paid in advance.
  const whole = String(
    Number(limit.amount) + (isPrepaid ? Number(positive(owed).amount) : 0),
  );
  const owedShare = isPrepaid ? 0 : shareOf(owed.amount, whole);
  const heldShare = Math.min(shareOf(held.amount, whole), 1 - owedShare);
  return (
    <div className={`gauge ${isOver ? "gauge-over" : ""}`}>
      <p className="gauge-title">{title}</p>
      <div
        className="gauge-bar"
        role="img"
        aria-label={parts.map((part) => `${part.name} ${money(part.value)}`).join(", ")}
      >
        <span className="gauge-owed" style={{ width: `${owedShare * 100}%` }} />
        <span className="gauge-held" style={{ width: `${heldShare * 100}%` }} />
      </div>
      <dl className="gauge-parts">
        {parts.map((part) => (
          <div key={part.kind} className={`gauge-part-${part.kind}`}>
            <dt>{part.name}</dt>
            <dd className="number">{money(part.value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
