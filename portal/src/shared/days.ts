// Days as people name them, and the moments that the graph has for them. A day begins when it does
// where the person is, as moments are shown.

/** When a day begins, "2026-03-31". */
export function beginOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** When a day is over: what holds until then holds on all of it. */
export function endOf(day: string): string {
  const moment = new Date(`${day}T00:00:00`);
  moment.setDate(moment.getDate() + 1);
  return moment.toISOString();
}

/** The day that begins at a moment; null for a moment within a day. */
export function dayBegunAt(moment: string): string | null {
  return dayOf(new Date(moment));
}

/** The last day of what holds until just before a moment; null where that is within a day. */
export function lastDayBefore(moment: string): string | null {
  const date = new Date(moment);
  if (dayOf(date) === null) return null;
  date.setDate(date.getDate() - 1);
  return dayOf(date);
}

function dayOf(date: Date): string | null {
  const isBegin = date.getHours() + date.getMinutes() + date.getSeconds() === 0;
  if (Number.isNaN(date.getTime()) || !isBegin) return null;
  const part = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
}
