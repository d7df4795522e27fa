const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;

/** What was typed as a sum of money; null for what is none, or nothing. */
export function amountOf(text: string): string | null {
  const typed = text.trim();
  return AMOUNT.test(typed) && !/^[0.]*$/.test(typed) ? typed : null;
}
