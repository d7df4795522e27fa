import { type ReactNode, useState } from "react";

import { Fault, SessionEnded } from "../graph/errors";
import { send } from "../graph/execute";
import { reportSessionEnded } from "../graph/sessionEnd";
import { commonTexts } from "../i18n/common";
import { useLocale, useTexts } from "../i18n/i18n";
import { Button } from "./Button";
import { Icon } from "./Icon";
import { ErrorLine } from "./States";

/** Fetches a file of `/files` in the language that is spoken, keeps it, and says if it cannot. */
export function DownloadLink({
  path,
  children,
}: {
  readonly path: string;
  readonly children: ReactNode;
}) {
  const t = useTexts(commonTexts);
  const locale = useLocale();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);

  async function download(): Promise<void> {
    setIsBusy(true);
    setError(null);
    try {
      const response = await send(`${path}${path.includes("?") ? "&" : "?"}locale=${locale}`, {});
      if (response.status === 401) throw new SessionEnded();
      if (!response.ok) throw new Fault(t("download.gone"), String(response.status));
      keep(await response.blob(), nameOf(response) ?? path.split("/").at(-1) ?? "file");
    } catch (reason) {
      if (reason instanceof SessionEnded) reportSessionEnded();
      setError(reason as Error);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <>
      <Button isBusy={isBusy} onClick={() => void download()}>
        {!isBusy && <Icon name="download" />}
        {children}
      </Button>
      <ErrorLine error={error} onRetry={() => void download()} />
    </>
  );
}

function nameOf(response: Response): string | null {
  const header = response.headers.get("content-disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="?([^";]+)"?/i.exec(header)?.[1] ?? null;
}

function keep(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
