import { type ReactNode, useEffect, useId, useRef } from "react";

import type { Problem } from "../graph/hooks";
import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";
import { Button } from "./Button";
import { Modal } from "./Dialog";
import { IntentProblems } from "./Problems";

/** A form over the page, for one intent. It keeps what is typed when the server refuses or is not
 * reached; Enter sends it. */
export function FormDialog({
  title,
  intent,
  fields = [],
  submitText,
  isReady,
  isWide = false,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly intent: {
    readonly problems: readonly Problem[];
    readonly error: Error | null;
    readonly isRunning: boolean;
    retry(): void;
  };
  /** The parts of the input whose problems stand at their fields alone. */
  readonly fields?: readonly string[];
  /** "Save", if left out. */
  readonly submitText?: string;
  readonly isReady: boolean;
  readonly isWide?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const t = useTexts(commonTexts);
  const formId = useId();
  const outcome = useRef<HTMLDivElement>(null);
  const { problems, error } = intent;
  // Who sent a long form from its end sees why it came back.
  useEffect(() => {
    if (problems.length > 0 || error !== null) outcome.current?.scrollIntoView({ block: "nearest" });
  }, [problems, error]);
  return (
    <Modal
      title={title}
      isOpen
      isWide={isWide}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            type="submit"
            form={formId}
            kind="primary"
            disabled={!isReady}
            isBusy={intent.isRunning}
          >
            {submitText ?? t("save")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className={isWide ? "form form-wide" : "form"}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !intent.isRunning) onSubmit();
        }}
      >
        <div ref={outcome}>
          <IntentProblems
            intent={{
              ...intent,
              problems: problems.filter(({ path }) => !fields.includes(path[0] ?? "")),
            }}
          />
        </div>
        {children}
      </form>
    </Modal>
  );
}
