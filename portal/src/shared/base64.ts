import { Fault } from "./graph/errors";

/** What a file holds, as the graph takes it. */
export function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(new Fault(reader.error?.message ?? "", "BAD_FILE"));
    reader.readAsDataURL(file);
  });
}
