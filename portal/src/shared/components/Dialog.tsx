import { type ReactNode, useEffect, useId, useRef, useState } from "react";

import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";
import { Button } from "./Button";
import { TextAreaField } from "./Field";
import { Icon } from "./Icon";

const FIRST_CONTROLS = ":is(.dialog-body, .dialog-footer) :is(input, select, textarea, button)";

interface DialogProps {
  readonly title: ReactNode;
  readonly isOpen: boolean;
  /** Left out where there is no way but through. */
  readonly onClose?: () => void;
  readonly footer?: ReactNode;
  readonly children: ReactNode;
}

/** A window over the page. Escape closes it, and the focus goes back to where it was. */
export function Modal(props: DialogProps & { readonly isWide?: boolean }) {
  return <NativeDialog {...props} className={props.isWide ? "modal modal-wide" : "modal"} />;
}

/** The same from the side: for what is looked at beside the page. */
export function Drawer(props: DialogProps) {
  return <NativeDialog {...props} className="drawer" />;
}

function NativeDialog({
  title,
  isOpen,
  onClose,
  footer,
  children,
  className,
}: DialogProps & { readonly className: string }) {
  const t = useTexts(commonTexts);
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    if (isOpen && !dialog.current?.open) {
      dialog.current?.showModal();
      // One is here to fill in or to answer, not to close it.
      dialog.current?.querySelector<HTMLElement>(FIRST_CONTROLS)?.focus();
    }
    if (!isOpen && dialog.current?.open) dialog.current.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // One that lies over this one is meant, or a file field in it.
        if (event.target !== event.currentTarget) return;
        event.preventDefault(); // closed by the property alone
        onClose?.();
      }}
    >
      {isOpen && (
        <>
          <header className="dialog-header">
            <h2 id={titleId}>{title}</h2>
            {onClose && (
              <button
                type="button"
                className="icon-button"
                aria-label={t("close")}
                onClick={onClose}
              >
                <Icon name="close" />
              </button>
            )}
          </header>
          <div className="dialog-body">{children}</div>
          {footer != null && <footer className="dialog-footer">{footer}</footer>}
        </>
      )}
    </dialog>
  );
}

/** A button that asks first. With `reason`, it also asks why. */
export function ConfirmButton({
  children,
  title,
  text,
  confirmText,
  kind = "plain",
  size = "normal",
  reason = "none",
  isBusy = false,
  disabled = false,
  onConfirm,
}: {
  readonly children: ReactNode;
  readonly title: string;
  readonly text?: ReactNode;
  readonly confirmText?: string;
  readonly kind?: "primary" | "plain" | "danger" | "quiet";
  readonly size?: "small" | "normal";
  readonly reason?: "none" | "optional" | "required";
  readonly isBusy?: boolean;
  readonly disabled?: boolean;
  readonly onConfirm: (reason: string) => void;
}) {
  const t = useTexts(commonTexts);
  const [isOpen, setIsOpen] = useState(false);
  const [words, setWords] = useState("");
  const isReady = reason !== "required" || words.trim() !== "";

  function confirm(): void {
    setIsOpen(false);
    onConfirm(words.trim());
  }

  return (
    <>
      <Button
        kind={kind}
        size={size}
        isBusy={isBusy}
        disabled={disabled}
        onClick={() => setIsOpen(true)}
      >
        {children}
      </Button>
      <Modal
        title={title}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        footer={
          <>
            <Button onClick={() => setIsOpen(false)}>{t("cancel")}</Button>
            <Button
              kind={kind === "danger" ? "danger" : "primary"}
              disabled={!isReady}
              onClick={confirm}
            >
              {confirmText ?? t("confirm")}
            </Button>
          </>
        }
      >
        {text != null && <p>{text}</p>}
        {reason !== "none" && (
          <TextAreaField
            label={t("reason")}
            isRequired={reason === "required"}
            value={words}
            onText={setWords}
          />
        )}
      </Modal>
    </>
  );
}
