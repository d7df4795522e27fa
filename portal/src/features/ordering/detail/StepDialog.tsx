import { type ReactNode, useRef } from "react";

import { Button, IntentProblems, Modal, Notice } from "../../../shared/components";
import type { Problem } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useTexts } from "../../../shared/i18n/i18n";
import type { Order } from "./OrderDetail";
import { detailTexts } from "./texts";

/** The form of one step. It keeps what is typed when the server refuses or is not reached, and
 * says so when the order changed while it was open. */
export function StepDialog({
  title,
  order,
  intent,
  submitText,
  isReady,
  isDanger = false,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly order: Order;
  readonly intent: {
    readonly problems: readonly Problem[];
    readonly error: Error | null;
    readonly isRunning: boolean;
    retry(): void;
  };
  readonly submitText: string;
  readonly isReady: boolean;
  readonly isDanger?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const t = useTexts(detailTexts);
  const common = useTexts(commonTexts);
  const formId = "step-form";
  const begunWith = useRef(fingerprint(order)).current;
  const isChanged = begunWith !== fingerprint(order) && !intent.isRunning;
  return (
    <Modal
      title={title}
      isOpen
      isWide
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
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !intent.isRunning) onSubmit();
        }}
      >
        {isChanged && <Notice kind="warning">{t("changedMeanwhile")}</Notice>}
        <IntentProblems intent={intent} />
        {children}
      </form>
    </Modal>
  );
}

/** Changes with every step that anybody takes. */
function fingerprint(order: Order): string {
  return [order.state, order.events.length, order.disputes.length].join(" ");
}
