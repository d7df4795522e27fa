// What the list of sales is narrowed to; it stands in the address, so that a link leads back to it.

import { useSearchParams } from "react-router";

import type { ConsumerOrderState } from "../../gql/graphql";
import { STATES } from "./SaleState";

export interface SaleFilters {
  readonly state: ConsumerOrderState | "";
  readonly store: string;
  readonly search: string;
}

export function readFilters(parameters: URLSearchParams): SaleFilters {
  const state = parameters.get("state");
  return {
    state: STATES.find((each) => each === state) ?? "",
    store: parameters.get("store") ?? "",
    search: parameters.get("search") ?? "",
  };
}

export function useSaleFilters() {
  const [parameters, setParameters] = useSearchParams();
  const change = (values: Partial<Record<keyof SaleFilters, string>>): void => {
    setParameters(
      (former) => {
        const next = new URLSearchParams(former);
        for (const [name, value] of Object.entries(values)) {
          if (value === "") next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  };
  return { filters: readFilters(parameters), change };
}
