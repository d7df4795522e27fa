import { Link } from "react-router";

import type { ProposalKind } from "../../gql/graphql";
import {
  Button,
  type Column,
  Money,
  Quantity,
  TextField,
  useName,
} from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { Cover } from "./Cover";
import { type Proposal, quantityOf, stepOf } from "./lines";
import { replenishmentTexts } from "./texts";

/** The columns of open lines; with `quantity`, how much is taken may be typed. */
export function useProposalColumns({
  kind,
  explain,
  quantity,
}: {
  readonly kind: ProposalKind;
  readonly explain: (line: Proposal) => void;
  readonly quantity?: {
    of(line: Proposal): string;
    put(line: Proposal, text: string): void;
  };
}): readonly Column<Proposal>[] {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const columns: (Column<Proposal> | false)[] = [
    {
      key: "sku",
      title: t("sku"),
      render: ({ sku }) => (
        <span>
          {sku && <Link to={`/demand?sku=${encodeURIComponent(sku.id)}`}>{sku.code}</Link>}
          <small className="sku-name">{name(sku)}</small>
        </span>
      ),
    },
    {
      key: "cover",
      title: t("cover"),
      width: "150px",
      render: (line) => <Cover line={line} />,
    },
    kind === "BUY" && {
      key: "seller",
      title: t("seller"),
      render: ({ relationship }) => name(relationship?.seller),
    },
    kind === "TRANSFER" && {
      key: "from",
      title: t("from"),
      render: ({ fromWarehouse }) => name(fromWarehouse),
    },
    { key: "warehouse", title: t("warehouse"), render: ({ warehouse }) => name(warehouse) },
    {
      key: "quantity",
      title: t("quantity"),
      align: "end",
      render: (line) => (
        <span className="proposal-quantity">
          {quantity === undefined ? (
            <Quantity value={line.quantity} unit={line.sku?.baseUnit} />
          ) : (
            <TextField
              label={`${t("quantity")}: ${line.sku?.code ?? ""} ${line.warehouse?.code ?? ""}`}
              isLabelHidden
              inputMode="numeric"
              autoComplete="off"
              value={quantity.of(line)}
              error={quantityOf(quantity.of(line)) === null ? t("wholeNumber") : undefined}
              onText={(text) => quantity.put(line, text)}
            />
          )}
          {line.pack != null && line.pack.units > 1 && (
            <small className="sku-name">
              {t("packs", { count: line.packQuantity, pack: line.pack.code })}
            </small>
          )}
        </span>
      ),
    },
    kind === "CLEAR" && {
      key: "advice",
      title: t("advice"),
      render: (line) => stepOf(line, "advice") ?? "–",
    },
    kind === "BUY" && {
      key: "amount",
      title: t("amount"),
      align: "end",
      render: ({ amount }) => <Money value={amount} />,
    },
    {
      key: "why",
      title: "",
      render: (line) => (
        <Button size="small" onClick={() => explain(line)}>
          {t("why")}
          <span className="visually-hidden">{` ${line.sku?.code ?? ""}`}</span>
        </Button>
      ),
    },
  ];
  return columns.filter((column) => column !== false);
}
