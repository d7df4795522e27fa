import { useSearchParams } from "react-router";

import { useSession } from "../../app/session";
import type { OrderingPlaceFragment } from "../../gql/graphql";
import { Empty, ErrorState, Loading, Page, useName } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { usePlaces } from "./places";
import { PlacedOrder } from "./review/PlacedOrder";
import { Review } from "./review/Review";
import "./review/review.css";
import { reviewTexts } from "./review/reviewTexts";

/** The last look at an order: what it costs, what stands in its way, and placing it. */
export default function ReviewPage() {
  const t = useTexts(reviewTexts);
  const name = useName();
  const { viewer } = useSession();
  const { place, isLoading, error, retry } = usePlaces();
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get("relationship");
  const placedId = parameters.get("placed");
  // Nobody orders from another seller than the address says.
  const isWanted = place !== null && (wanted === null || wanted === place.id);
  const back = `/order${place === null ? "" : `?relationship=${encodeURIComponent(place.id)}`}`;

  function onPlaced(order: { readonly id: string } | null, on: OrderingPlaceFragment): void {
    setParameters({ relationship: on.id, placed: order?.id ?? "" }, { replace: true });
  }

  const isOnBehalf = place?.seller?.id === viewer.organization?.id;
  const whom = isOnBehalf
    ? t("title.behalf", { buyer: name(place?.buyer) })
    : t("title.of", { seller: name(place?.seller) });
  return (
    <Page
      title={t(placedId === null ? "title" : "placed.title")}
      subtitle={isWanted && whom}
      breadcrumbs={[{ to: back, text: t("back") }]}
    >
      {isLoading && <Loading rows={8} onRetry={retry} />}
      {error !== null && <ErrorState error={error} onRetry={retry} />}
      {!isLoading && error === null && !isWanted && <Empty>{t("missing")}</Empty>}
      {isWanted && placedId === null && (
        <Review key={place.id} place={place} onPlaced={(order) => onPlaced(order, place)} />
      )}
      {isWanted && placedId !== null && <PlacedOrder orderId={placedId} place={place} />}
    </Page>
  );
}
