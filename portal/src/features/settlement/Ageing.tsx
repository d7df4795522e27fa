import type { SettlementAgeingFragment } from "../../gql/graphql";
import { type Column, DataTable, Money } from "../../shared/components";
import { type MoneyValue, useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { signOf } from "./amounts";
import { moneyTexts } from "./texts";

const PARTS = ["notDue", "days1To30", "days31To60", "days61To90", "daysOver90"] as const;

/** What is owed as one bar, by how long it is overdue. */
export function AgeingBar({ ageing }: { readonly ageing: SettlementAgeingFragment }) {
  const t = useTexts(moneyTexts);
  const { money } = useFormat();
  const parts = PARTS.filter((part) => signOf(ageing[part]) === "above");
  const words = parts.map((part) => `${t(`ageing.${part}`)} ${money(ageing[part])}`);
  return (
    <div
      className="ageing-bar"
      role="img"
      aria-label={`${t("ageing")}: ${words.join(", ") || t("ageing.nothing")}`}
    >
      {parts.map((part) => (
        <span
          key={part}
          className={`ageing-${part}`}
          title={`${t(`ageing.${part}`)} ${money(ageing[part])}`}
          style={{ flexGrow: Number(ageing[part].amount) }}
        />
      ))}
    </div>
  );
}

interface AgeingRow {
  readonly part: (typeof PARTS)[number] | "overdue" | "prepaid";
  readonly value: MoneyValue;
}

/** The bar, and the same in figures. */
export function AgeingTable({ ageing }: { readonly ageing: SettlementAgeingFragment }) {
  const t = useTexts(moneyTexts);
  const rows: readonly AgeingRow[] = [...PARTS, "overdue" as const, "prepaid" as const]
    .map((part) => ({ part, value: ageing[part] }))
    .filter(({ part, value }) => part !== "prepaid" || signOf(value) === "above");
  const columns: readonly Column<AgeingRow>[] = [
    {
      key: "part",
      title: t("ageing.due"),
      render: ({ part }) => (
        <span className={part === "overdue" || part === "prepaid" ? "ageing-sum" : undefined}>
          <span className={`ageing-mark ageing-${part}`} aria-hidden="true" />
          {t(`ageing.${part}`)}
        </span>
      ),
    },
    {
      key: "value",
      title: t("amount"),
      align: "end",
      render: ({ part, value }) => (
        <span className={part === "overdue" && signOf(value) === "above" ? "overdue" : undefined}>
          <Money value={value} />
        </span>
      ),
    },
  ];
  return (
    <div className="ageing">
      <AgeingBar ageing={ageing} />
      <DataTable
        caption={t("ageing.caption")}
        columns={columns}
        rows={rows}
        rowKey={({ part }) => part}
      />
    </div>
  );
}
