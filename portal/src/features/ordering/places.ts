import { useEffect } from "react";
import { useSearchParams } from "react-router";

import { usePermissions, useSession } from "../../app/session";
import { type OrderingPlaceFragment, OrderingPlacesDocument } from "../../gql/graphql";
import { recall, remember } from "../../shared/device";
import { useGraph } from "../../shared/graph/hooks";

const KEPT_AS = "tradeline.place";

export interface Places {
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly places: readonly OrderingPlaceFragment[];
  /** Where one means to order, or did the last time; perhaps one may not any more. */
  readonly wanted: string | null;
  /** The one that is ordered on now. */
  readonly place: OrderingPlaceFragment | null;
  choose(relationshipId: string): void;
  retry(): void;
}

/** Whether what is ordered is for the buyer, by the seller's own people. */
export function useIsOnBehalf(place: OrderingPlaceFragment): boolean {
  const { viewer } = useSession();
  return place.seller != null && place.seller.id === viewer.organization?.id;
}

/** On which relationships one may order; the chosen one stands in the address, the last is
 * remembered. */
export function usePlaces(): Places {
  const may = usePermissions();
  const { viewer } = useSession();
  const [parameters, setParameters] = useSearchParams();
  const query = useGraph({
    kinds: ["RELATIONSHIP"],
    document: OrderingPlacesDocument,
    variables: { buys: may("ORDER_PLACE"), sells: may("ORDER_PLACE_ON_BEHALF") },
  });
  const places = [...(query.data?.buying?.edges ?? []), ...(query.data?.selling?.edges ?? [])].map(
    (edge) => edge.node,
  );
  const kept = `${KEPT_AS}.${viewer.organization?.id}`;
  const wanted = parameters.get("relationship") ?? recall(kept);
  const place = places.find(({ id }) => id === wanted) ?? places[0] ?? null;
  const placeId = place?.id;
  useEffect(() => {
    if (placeId !== undefined) remember(kept, placeId);
  }, [kept, placeId]);
  return {
    isLoading: query.isPending,
    error: query.error,
    places,
    wanted,
    place,
    choose: (relationshipId) => {
      parameters.set("relationship", relationshipId);
      setParameters(parameters, { replace: true });
    },
    retry: () => void query.refetch(),
  };
}
