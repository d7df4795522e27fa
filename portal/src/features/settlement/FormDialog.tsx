import { type ReactNode, useId } from "react";

import { Button, ErrorLine, Modal, ProblemList } from "../../shared/components";
import type { Problem } from "../../shared/graph/hooks";
import { commonTexts } from "../../shared/i18n/common";
import { useTexts } from "../../shared/i18n/i18n";

/** What the server says of one part of the input, or of a part of it, such as a sum's amount. */
export function problemIn(problems: readonly Problem[], field: string): string | undefined {
  return problems.find(({ path }) => path[0] === field)?.message;
}

/** A form in a dialog: it keeps what is typed when the server refuses or is not reached. */
export function FormDialog({
  title,
  intent,
  fields,
  submitText,
  isReady,
  isDanger = false,
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
  /** The parts of the input that tell their problems themselves. */
  readonly fields: readonly string[];
  readonly submitText: string;
  readonly isReady: boolean;
  readonly isDanger?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const common = useTexts(commonTexts);
  const formId = useId();
  return (
    <Modal
      title={title}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            type="submit"
            form={formId}
            kind={isDanger ? "danger" : "primary"}
            disabled={!isReady}
            isBusy={intent.isRunning}
          >
            {submitText}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !intent.isRunning) onSubmit();
        }}
      >
        <ErrorLine error={intent.error} onRetry={intent.retry} />
        <ProblemList
          problems={intent.problems.filter(({ path }) => !fields.includes(path[0] ?? ""))}
        />
        {children}
      </form>
    </Modal>
  );
}
