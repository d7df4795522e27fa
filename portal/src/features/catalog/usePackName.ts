import { useName } from "../../shared/components";

interface NamedPack {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly units: number;
}

/** What a pack is called; by its code, and how many it holds, where it has no name. */
export function usePackName(): (pack: NamedPack) => string {
  const name = useName();
  return (pack) => name(pack) || (pack.units === 1 ? pack.code : `${pack.code} (${pack.units})`);
}
