import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";

import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";

interface ControlProps {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
  readonly required?: boolean;
}

interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** What is wrong with the value, and what would be right. */
  readonly error?: ReactNode;
  readonly isRequired?: boolean;
  readonly isLabelHidden?: boolean;
}

/** A label, a control and what is to say about it. Spread the given properties on the control. */
export function Field({
  label,
  hint,
  error,
  isRequired = false,
  isLabelHidden = false,
  children,
}: FieldProps & { readonly children: (control: ControlProps) => ReactNode }) {
  const t = useTexts(commonTexts);
  const id = useId();
  const notes = [hint != null && `${id}-hint`, error != null && `${id}-error`].filter(Boolean);
  const control: ControlProps = {
    id,
    ...(notes.length > 0 && { "aria-describedby": notes.join(" ") }),
    ...(error != null && { "aria-invalid": true }),
    ...(isRequired && { required: true }),
  };
  return (
    <div className="field">
      <label htmlFor={id} className={isLabelHidden ? "visually-hidden" : "field-label"}>
        {label}
        {isRequired && (
          <span className="field-required" title={t("required")} aria-hidden="true">
            *
          </span>
        )}
      </label>
      {children(control)}
      {hint != null && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error != null && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** A labelled line of text. `value` and `onText` as strings, numbers and days too. */
export function TextField({
  label,
  hint,
  error,
  isRequired,
  isLabelHidden,
  onText,
  ...input
}: FieldProps &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "required"> & {
    readonly onText: (text: string) => void;
  }) {
  return (
    <Field {...given({ label, hint, error, isRequired, isLabelHidden })}>
      {(control) => (
        <input
          type="text"
          {...input}
          {...control}
          className="input"
          onChange={(event) => onText(event.target.value)}
        />
      )}
    </Field>
  );
}

export function TextAreaField({
  label,
  hint,
  error,
  isRequired,
  isLabelHidden,
  onText,
  ...input
}: FieldProps &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange" | "required"> & {
    readonly onText: (text: string) => void;
  }) {
  return (
    <Field {...given({ label, hint, error, isRequired, isLabelHidden })}>
      {(control) => (
        <textarea
          rows={3}
          {...input}
          {...control}
          className="input"
          onChange={(event) => onText(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A labelled choice among a few. */
export function SelectField({
  label,
  hint,
  error,
  isRequired,
  isLabelHidden,
  options,
  onText,
  ...select
}: FieldProps &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "required"> & {
    readonly options: readonly { readonly value: string; readonly text: string }[];
    readonly onText: (value: string) => void;
  }) {
  return (
    <Field {...given({ label, hint, error, isRequired, isLabelHidden })}>
      {(control) => (
        <select
          {...select}
          {...control}
          className="input select"
          onChange={(event) => onText(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A box to tick, with its label behind it. */
export function CheckField({
  label,
  isChecked,
  onCheck,
  disabled = false,
}: {
  readonly label: ReactNode;
  readonly isChecked: boolean;
  readonly onCheck: (isChecked: boolean) => void;
  readonly disabled?: boolean;
}) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={disabled}
        onChange={(event) => onCheck(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

function given({ label, ...rest }: { [Key in keyof FieldProps]: FieldProps[Key] | undefined }) {
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { label, ...(Object.fromEntries(entries) as Omit<FieldProps, "label">) };
}
