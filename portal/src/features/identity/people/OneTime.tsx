import { useRef, useState } from "react";

import { Button, Modal, Notice, TextField } from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { peopleTexts } from "./texts";

/** What is told once: a link to pass on, or a machine's secret. Closed by its button alone, so that
 * nobody loses it by a stray key. */
export function OneTime({
  title,
  label,
  text,
  lostText,
  value,
  until,
  onClose,
}: {
  readonly title: string;
  readonly label: string;
  readonly text: string;
  /** What to do where the answer that held it got lost. */
  readonly lostText: string;
  /** Null if it was told before, in an answer that never came. */
  readonly value: string | null;
  readonly until?: string | null;
  readonly onClose: () => void;
}) {
  const t = useTexts(peopleTexts);
  const { moment } = useFormat();
  return (
    <Modal
      title={title}
      isOpen
      footer={
        <Button kind="primary" onClick={onClose}>
          {t("done.copy")}
        </Button>
      }
    >
      {value === null ? (
        <Notice kind="warning">{lostText}</Notice>
      ) : (
        <div className="form">
          <p>
            {text} {until != null && t("once.until", { time: moment(until) })}
          </p>
          <CopyField label={label} value={value} />
        </div>
      )}
    </Modal>
  );
}

export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const t = useTexts(peopleTexts);
  const field = useRef<HTMLDivElement>(null);
  const [outcome, setOutcome] = useState<"copied" | "copy.failed" | null>(null);

  async function copy(): Promise<void> {
    field.current?.querySelector("input")?.select();
    try {
      await navigator.clipboard.writeText(value);
      setOutcome("copied");
    } catch {
      setOutcome("copy.failed"); // it is selected: one key copies it
    }
  }

  return (
    <div ref={field}>
      <TextField label={label} readOnly value={value} onText={() => undefined} />
      <p className="people-copy">
        <Button size="small" onClick={() => void copy()}>
          {t("copy")}
        </Button>
        <span role="status">{outcome !== null && t(outcome)}</span>
      </p>
    </div>
  );
}
