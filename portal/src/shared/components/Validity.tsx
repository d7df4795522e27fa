import { DateText } from "./Values";
import { dayBegunAt, lastDayBefore } from "../days";

/** From when something holds: a day, or a moment where it did not begin with one. */
export function ValidFrom({ value }: { readonly value: string | null | undefined }) {
  return <DateText value={value == null ? value : (dayBegunAt(value) ?? value)} />;
}

/** The last day on which something holds, or the moment at which it ends. */
export function ValidTo({ value }: { readonly value: string | null | undefined }) {
  return <DateText value={value == null ? value : (lastDayBefore(value) ?? value)} />;
}
