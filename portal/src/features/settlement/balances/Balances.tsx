import { useState } from "react";

import {
  MoneyBalancesDocument,
  type MoneyBalancesQuery,
  type RelationshipSide,
} from "../../../gql/graphql";
import {
  type Column,
  Empty,
  Gauge,
  Money,
  PagedTable,
  StatePill,
  TextField,
  useName,
} from "../../../shared/components";
import { usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { useSettled } from "../../../shared/useSettled";
import { AgeingBar } from "../Ageing";
import { BalanceText } from "../BalanceText";
import { signOf } from "../amounts";
import { moneyTexts } from "../texts";

type Account = MoneyBalancesQuery["relationships"]["edges"][number]["node"];

const PAGE_SIZE = 30;

/** Who owes whom, on both sides of the trade. */
export function Balances({ sides }: { readonly sides: readonly RelationshipSide[] }) {
  const t = useTexts(moneyTexts);
  const [text, setText] = useState("");
  const search = useSettled(text).trim();
  return (
    <>
      <div className="money-filters" role="search">
        <TextField
          label={t("balances.search")}
          type="search"
          placeholder={t("balances.hint")}
          value={text}
          onText={setText}
        />
      </div>
      {sides.map((side) => (
        <BalancesOf key={side} side={side} search={search} />
      ))}
    </>
  );
}

function BalancesOf({
  side,
  search,
}: {
  readonly side: RelationshipSide;
  readonly search: string;
}) {
  const t = useTexts(moneyTexts);
  const pages = usePages({
    kinds: ["CREDIT", "RELATIONSHIP", "ORDER", "SHIPMENT", "RETURN", "PAYMENT", "ADJUSTMENT"],
    document: MoneyBalancesDocument,
    variables: { side, search: search || null, first: PAGE_SIZE },
    connection: (result) => result.relationships,
    keepsFormer: true,
  });
  const columns = useColumns(side);
  const word = side === "SELLER" ? "selling" : "buying";
  return (
    <section className="money-part">
      <h2>{t(`balances.${word}`)}</h2>
      <PagedTable
        caption={t(`balances.${word}`)}
        // What was never accepted has no account.
        pages={{ ...pages, rows: pages.rows.filter((account) => account.acceptedAt != null) }}
        columns={columns}
        rowKey={(account) => account.id}
        rowHref={(account) => `/money/${encodeURIComponent(account.id)}`}
        empty={
          <Empty>{t(search === "" ? `balances.${word}.empty` : "balances.noneFound")}</Empty>
        }
      />
    </section>
  );
}

function useColumns(side: RelationshipSide): readonly Column<Account>[] {
  const t = useTexts(moneyTexts);
  const name = useName();
  const other = (account: Account) => (side === "SELLER" ? account.buyer : account.seller);
  return [
    {
      key: "counterpart",
      title: t(side === "SELLER" ? "buyer" : "seller"),
      render: (account) => (
        <span className="balance-party">
          {name(other(account))}
          {account.exposure?.isBlocked && <StatePill kind="bad">{t("blocked")}</StatePill>}
          {account.state === "ENDED" && <StatePill kind="neutral">{t("ended")}</StatePill>}
          {account.state === "SUSPENDED" && <StatePill kind="waiting">{t("suspended")}</StatePill>}
        </span>
      ),
    },
    {
      key: "balance",
      title: t("balance"),
      render: ({ balance }) =>
        balance ? <BalanceText buyerOwes={balance.buyerOwes} side={side} /> : "–",
    },
    {
      key: "overdue",
      title: t("overdue"),
      render: ({ balance }) => (balance ? <Overdue balance={balance} /> : "–"),
    },
    {
      key: "credit",
      title: t("credit"),
      render: (account) =>
        account.exposure ? (
          <div className="balance-credit">
            <Gauge
              title={t("credit.of", { name: name(other(account)) })}
              limit={account.exposure.limit}
              owed={account.exposure.owed}
              held={account.exposure.held}
              returnable={account.exposure.returnable}
              free={account.exposure.free}
            />
          </div>
        ) : (
          "–"
        ),
    },
  ];
}

function Overdue({ balance }: { readonly balance: NonNullable<Account["balance"]> }) {
  const t = useTexts(moneyTexts);
  const { ageing } = balance;
  return (
    <div className="balance-overdue">
      {signOf(ageing.overdue) === "above" ? (
        <span className="overdue">
          <Money value={ageing.overdue} />
        </span>
      ) : (
        <span className="overdue-none">{t("overdue.none")}</span>
      )}
      {signOf(balance.buyerOwes) === "above" && <AgeingBar ageing={ageing} />}
    </div>
  );
}
