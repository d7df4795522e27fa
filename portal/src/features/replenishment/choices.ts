// What lists are narrowed down to: a warehouse of one's own, somebody one trades with.

import { usePermissions, useSession } from "../../app/session";
import { ReplenishmentPartnersDocument, WarehousesDocument } from "../../gql/graphql";
import { useName } from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";

const WAREHOUSES_MAX = 100;

export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** One's own warehouses; none for whoever may not see them. */
export function useWarehouseChoices(): readonly Choice[] {
  const name = useName();
  const may = usePermissions();
  const asked = useGraph({
    kinds: ["STOCK"],
    document: WarehousesDocument,
    variables: { first: WAREHOUSES_MAX },
    enabled: may("STOCK_READ", "STOCK_MANAGE"),
  });
  return (asked.data?.warehouses.edges ?? []).map(({ node }) => ({
    value: node.id,
    text: name(node),
  }));
}

/** The relationships on which one buys, or all of one's own, by the name of the other side. */
export function usePartnerChoices(side: "BUYER" | null): readonly Choice[] {
  const name = useName();
  const may = usePermissions();
  const { viewer } = useSession();
  const asked = useGraph({
    kinds: ["RELATIONSHIP"],
    document: ReplenishmentPartnersDocument,
    variables: { side },
    enabled: may("RELATIONSHIP_READ"),
  });
  return (asked.data?.relationships.edges ?? []).map(({ node: { id, seller, buyer } }) => ({
    value: id,
    text: name(seller?.id === viewer.organization?.id ? buyer : seller),
  }));
}
