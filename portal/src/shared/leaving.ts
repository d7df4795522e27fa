// What a window holds in memory for whoever is signed in. It is sent while they still are, and is
// neither shown nor sent for the next one.

const SENDING_MS_MAX = 3_000;

export interface Held {
  /** Send what is not sent yet. */
  send(): Promise<unknown>;
  /** Send nothing any more, and forget it. */
  forget(): void;
}

const holders = new Set<Held>();

export function whenLeaving(held: Held): void {
  holders.add(held);
}

/** Before one signs out or acts for another; a slow server does not hold anybody back for long. */
export async function sendHeld(): Promise<void> {
  const longest = new Promise((done) => setTimeout(done, SENDING_MS_MAX));
  await Promise.race([Promise.allSettled([...holders].map((held) => held.send())), longest]);
}

/** As soon as requests may count for somebody else. */
export function forgetHeld(): void {
  for (const held of holders) held.forget();
}
