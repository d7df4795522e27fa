import { CatalogOffersDocument } from "../../../gql/graphql";
import { type Pages, usePages } from "../../../shared/graph/hooks";
import type { Offer } from "./OfferRow";
import type { OfferFilters } from "./useOfferFilters";

const PAGE_SIZE = 50;

/** What one may buy on a relationship, as filtered. */
export function useOffers(relationshipId: string, { search, categoryId }: OfferFilters): Pages<Offer> {
  return usePages({
    kinds: ["PRICE", "STOCK", "CATALOG", "ORDER", "SHIPMENT", "RETURN", "RELATIONSHIP"],
    document: CatalogOffersDocument,
    variables: {
      relationshipId,
      search: search === "" ? null : search,
      categoryId: categoryId === "" ? null : categoryId,
      first: PAGE_SIZE,
    },
    connection: (result) => result.offers,
    keepsFormer: true,
  });
}
