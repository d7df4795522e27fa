import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";

const TYPING_MS = 250;

export interface OfferFilters {
  readonly search: string;
  readonly categoryId: string;
}

export function filtersOf(parameters: URLSearchParams): OfferFilters {
  return {
    search: parameters.get("search") ?? "",
    categoryId: parameters.get("category") ?? "",
  };
}

/** What is looked for; it stands in the address, so that one comes back to it. */
export function useOfferFilters() {
  const [parameters, setParameters] = useSearchParams();
  const filters = filtersOf(parameters);
  const [typed, setTyped] = useState(filters.search);

  function change(key: "search" | "category", value: string): void {
    setParameters(
      (present) => {
        const next = new URLSearchParams(present);
        if (value === "") next.delete(key);
        else next.set(key, value);
        return next;
      },
      { replace: true },
    );
  }

  useEffect(() => {
    if (typed.trim() === filters.search) return;
    const timer = setTimeout(() => change("search", typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  });

  return { filters, typed, type: setTyped, choose: (id: string) => change("category", id) };
}
