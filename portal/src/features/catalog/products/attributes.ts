// Attributes as people write them, one a line: "容量：500 ml". Pure.

export interface AttributeValue {
  readonly name: string;
  readonly value: string;
}

/** Null where a line is not "name: value". */
export function readAttributes(text: string): AttributeValue[] | null {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  const attributes = lines.map((line) => {
    const match = /^([^:：]+)[:：](.+)$/.exec(line.trim());
    return match === null ? null : { name: (match[1] ?? "").trim(), value: (match[2] ?? "").trim() };
  });
  const isRead = (attribute: AttributeValue | null): attribute is AttributeValue =>
    attribute !== null && attribute.name !== "" && attribute.value !== "";
  return attributes.every(isRead) ? attributes : null;
}

export function writeAttributes(attributes: readonly AttributeValue[]): string {
  return attributes.map(({ name, value }) => `${name}: ${value}`).join("\n");
}
