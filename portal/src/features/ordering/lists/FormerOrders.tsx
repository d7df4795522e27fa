import { useMutation } from "@tanstack/react-query";

import {
  FormerOrderLinesDocument,
  FormerOrdersDocument,
  type OrderingPlaceFragment,
} from "../../../gql/graphql";
import {
  Button,
  DateText,
  Empty,
  ErrorLine,
  Money,
  PagedTable,
  Section,
} from "../../../shared/components";
import { execute } from "../../../shared/graph/execute";
import { usePages } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { OrderStatePill } from "../OrderStatePill";
import type { NewRow } from "../draft/rows";
import { useIsOnBehalf } from "../places";
import type { Loading } from "./ListsTab";
import { listsTexts } from "./listsTexts";

const PAGE = 10;

/** The latest orders on the relationship, whose lines can be ordered once more. */
export function FormerOrders({
  place,
  loading,
}: {
  readonly place: OrderingPlaceFragment;
  readonly loading: Loading;
}) {
  const t = useTexts(listsTexts);
  const common = useTexts(commonTexts);
  const { integer } = useFormat();
  const isSeller = useIsOnBehalf(place);
  const pages = usePages({
    kinds: ["ORDER"],
    document: FormerOrdersDocument,
    variables: { side: isSeller ? "SELLING" : "BUYING", relationshipId: place.id, first: PAGE },
    connection: (result) => result.orders,
  });
  const again = useMutation({ mutationFn: linesOf, onSuccess: loading.append });
  return (
    <Section title={t("history.title")}>
      <ErrorLine
        error={again.error}
        onRetry={() => again.variables !== undefined && again.mutate(again.variables)}
      />
      <PagedTable
        pages={pages}
        caption={t("history.caption")}
        rowKey={(order) => order.id}
        empty={<Empty>{t("history.empty")}</Empty>}
        columns={[
          { key: "number", title: t("number"), render: (order) => order.number },
          {
            key: "state",
            title: t("state"),
            render: (order) => <OrderStatePill state={order.state} />,
          },
          {
            key: "placedAt",
            title: t("placedAt"),
            render: (order) => <DateText value={order.placedAt} />,
          },
          {
            key: "lines",
            title: t("lines"),
            align: "end",
            render: (order) => integer(order.counts.lineCount),
          },
          {
            key: "amount",
            title: t("amount"),
            align: "end",
            render: (order) => <Money value={order.amount} />,
          },
          {
            key: "again",
            title: common("actions"),
            render: (order) => (
              <Button
                size="small"
                aria-label={t("again.of", { number: order.number })}
                isBusy={again.isPending && again.variables === order.id}
                disabled={again.isPending}
                onClick={() => again.mutate(order.id)}
              >
                {t("again")}
              </Button>
            ),
          },
        ]}
      />
    </Section>
  );
}

/** What an order asked for, in its packs, as rows to be typed. */
async function linesOf(id: string): Promise<readonly NewRow[]> {
  const { order } = await execute(FormerOrderLinesDocument, { id });
  return (order?.lines ?? []).map((line) => ({
    code: line.skuCode,
    quantityText: `${line.packQuantity} ${line.packCode}`,
    skuId: line.sku?.id ?? null,
  }));
}
