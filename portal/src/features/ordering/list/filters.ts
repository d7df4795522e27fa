// What a list of orders is narrowed to; it stands in the address, so that a link leads back to it.

import { useSearchParams } from "react-router";

import type { OrderSide, OrderState, OrdersQueryVariables } from "../../../gql/graphql";

export const OPEN_STATES: readonly OrderState[] = [
  "IN_REVIEW",
  "TO_CONFIRM",
  "TO_SHIP",
  "TO_RECEIVE",
];
export const STATES: readonly OrderState[] = [...OPEN_STATES, "CLOSED", "CANCELLED", "REFUSED"];

export type OrderTab = OrderState | "open" | "all";

export interface OrderFilters {
  readonly tab: OrderTab;
  readonly search: string;
  readonly relationshipId: string;
  readonly isHeldByUs: boolean;
  readonly isDisputed: boolean;
}

type Names = Record<keyof OrderFilters, string>;

const PARAMETERS: Names = {
  tab: "state",
  search: "search",
  relationshipId: "with",
  isHeldByUs: "ours",
  isDisputed: "disputed",
};

export function readFilters(parameters: URLSearchParams): OrderFilters {
  const tab = parameters.get(PARAMETERS.tab);
  return {
    tab: tab === "all" ? "all" : (STATES.find((state) => state === tab) ?? "open"),
    search: parameters.get(PARAMETERS.search) ?? "",
    relationshipId: parameters.get(PARAMETERS.relationshipId) ?? "",
    isHeldByUs: parameters.has(PARAMETERS.isHeldByUs),
    isDisputed: parameters.has(PARAMETERS.isDisputed),
  };
}

export function variablesOf(
  side: OrderSide,
  filters: OrderFilters,
): Omit<OrdersQueryVariables, "after" | "first"> {
  const { tab, search, relationshipId, isHeldByUs, isDisputed } = filters;
  return {
    side,
    states: tab === "all" ? null : tab === "open" ? [...OPEN_STATES] : [tab],
    search: search.trim() || null,
    relationshipId: relationshipId || null,
    isHeldByUs: isHeldByUs || null,
    isDisputed: isDisputed || null,
  };
}

export function useOrderFilters() {
  const [parameters, setParameters] = useSearchParams();
  const change = (values: Partial<OrderFilters>): void => {
    setParameters(
      (former) => {
        const next = new URLSearchParams(former);
        for (const [name, value] of Object.entries(values)) {
          const parameter = PARAMETERS[name as keyof OrderFilters];
          if (value === false || value === "") next.delete(parameter);
          else next.set(parameter, value === true ? "1" : value);
        }
        return next;
      },
      { replace: true },
    );
  };
  return { filters: readFilters(parameters), change };
}
