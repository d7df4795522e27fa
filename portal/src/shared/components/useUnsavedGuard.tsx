import { type ReactNode, useEffect } from "react";
import { useBlocker } from "react-router";

import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";
import { Button } from "./Button";
import { Modal } from "./Dialog";

/** Ask before something unsaved is left. Show what it returns somewhere on the page. */
export function useUnsavedGuard(isUnsaved: boolean): ReactNode {
  const t = useTexts(commonTexts);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isUnsaved && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!isUnsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isUnsaved]);
  return (
    <Modal
      title={t("leaveTitle")}
      isOpen={blocker.state === "blocked"}
      onClose={() => blocker.reset?.()}
      footer={
        <>
          <Button onClick={() => blocker.proceed?.()}>{t("leave")}</Button>
          <Button kind="primary" onClick={() => blocker.reset?.()}>
            {t("stay")}
          </Button>
        </>
      }
    >
      <p>{t("leaveText")}</p>
    </Modal>
  );
}
