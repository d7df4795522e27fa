import { useSession } from "../../../app/session";
import { type OrderingPlaceFragment, PlacedOrderDocument } from "../../../gql/graphql";
import { ButtonLink, ErrorLine, Loading, Notice, Section, useName } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { OrderStatePill } from "../OrderStatePill";
import { useOrderDraft } from "../draft/useOrderDraft";
import { reviewTexts } from "./reviewTexts";

/** What became of it: its number, its state, and who has it now. */
export function PlacedOrder({
  orderId,
  place,
}: {
  readonly orderId: string;
  readonly place: OrderingPlaceFragment;
}) {
  const t = useTexts(reviewTexts);
  const { integer } = useFormat();
  const { draft } = useOrderDraft(place.id);
  const back = `/order?relationship=${encodeURIComponent(place.id)}`;
  return (
    <Section title={t("placed.next")}>
      {orderId !== "" && <Outcome orderId={orderId} />}
      {draft !== null && draft.problemCount > 0 && (
        <Notice kind="warning">
          {t("placed.left", { count: integer(draft.problemCount) })}{" "}
          <ButtonLink to={`${back}&tab=pad`} size="small">
            {t("placed.left.open")}
          </ButtonLink>
        </Notice>
      )}
      <div className="row-actions">
        <ButtonLink to={back}>{t("placed.more")}</ButtonLink>
      </div>
    </Section>
  );
}

function Outcome({ orderId }: { readonly orderId: string }) {
  const t = useTexts(reviewTexts);
  const name = useName();
  const { money } = useFormat();
  const { viewer } = useSession();
  const { data, error, isPending, refetch } = useGraph({
    kinds: ["ORDER", "SHIPMENT"],
    document: PlacedOrderDocument,
    variables: { id: orderId },
  });
  if (isPending) return <Loading rows={2} onRetry={() => void refetch()} />;
  const order = data?.order ?? null;
  if (order === null) return <ErrorLine error={error} onRetry={() => void refetch()} />;
  const isOurs = order.heldBy?.id === viewer.organization?.id;
  const page = order.side === "BUYING" ? "orders" : "sales";
  return (
    <>
      <Notice kind="good">
        {t("placed.text", { number: order.number, amount: money(order.amount) })}{" "}
        {order.heldBy !== null &&
          (isOurs ? t("placed.us") : t("placed.held", { name: name(order.heldBy) }))}
      </Notice>
      <p>
        <OrderStatePill state={order.state} />
      </p>
      <div className="row-actions">
        <ButtonLink to={`/${page}/${encodeURIComponent(order.id)}`} kind="primary">
          {t("placed.open")}
        </ButtonLink>
      </div>
    </>
  );
}
