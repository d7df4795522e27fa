import { useState } from "react";

import { TextField } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import { amountOf } from "./amounts";
import { ledgerTexts } from "./ledger/texts";

/** A sum to type; says what is wrong with it once it was left. */
export function AmountField({
  label,
  value,
  error,
  onText,
}: {
  readonly label: string;
  readonly value: string;
  /** What the server says of it. */
  readonly error: string | undefined;
  readonly onText: (text: string) => void;
}) {
  const t = useTexts(ledgerTexts);
  const [isLeft, setIsLeft] = useState(false);
  const isWrong = isLeft && value.trim() !== "" && amountOf(value) === null;
  const fault = isWrong ? t("amount.wrong") : error;
  return (
    <TextField
      label={label}
      inputMode="decimal"
      autoComplete="off"
      isRequired
      value={value}
      onText={onText}
      onBlur={() => setIsLeft(true)}
      {...(fault !== undefined && { error: fault })}
    />
  );
}
