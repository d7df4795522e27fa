import { TextField, useName } from "../../../shared/components";
import type { Problem } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { type LineForm, problemOfLine, wholeNumber } from "./lineForm";
import type { OrderLine } from "./OrderLines";
import { detailTexts } from "./texts";

type Part = "quantity" | "promisedOn" | "reason";

/** A row of inputs for each line. Enter submits; up and down go to the same input of the next. */
export function LineInputs({
  lines,
  form,
  parts,
  quantityText,
  expected,
  problems,
  sentIds,
}: {
  readonly lines: readonly OrderLine[];
  readonly form: LineForm;
  readonly parts: readonly Part[];
  readonly quantityText: string;
  /** How many the order, or the paper, expects of a line. */
  expected(line: OrderLine): number;
  readonly problems: readonly Problem[];
  readonly sentIds: readonly string[];
}) {
  const t = useTexts(detailTexts);
  const name = useName();
  return (
    <ul className="line-inputs">
      {lines.map((line) => {
        const input = form.get(line.id);
        const label = (what: string) => `${what}: ${line.skuCode}`;
        const problem = problemOfLine(problems, sentIds, line.id);
        const isWhole = wholeNumber(input.quantity) !== null;
        return (
          <li key={line.id} className="line-input">
            <div>
              <strong>{line.skuCode}</strong>
              <small className="line-name">
                {name({ name: line.skuName, nameEn: line.skuNameEn })}
              </small>
              <small className="line-name">
                {t("expected", { count: expected(line), unit: line.baseUnit })}
              </small>
            </div>
            {parts.includes("quantity") && (
              <TextField
                label={label(quantityText)}
                isLabelHidden
                inputMode="numeric"
                autoComplete="off"
                value={input.quantity}
                error={isWhole ? problem : t("wholeNumber")}
                onText={(quantity) => form.set(line.id, { quantity })}
                onKeyDown={(event) => moveByArrow(event, "quantity")}
                data-part="quantity"
              />
            )}
            {parts.includes("promisedOn") && (
              <TextField
                label={label(t("promised"))}
                isLabelHidden
                type="date"
                value={input.promisedOn}
                error={parts.includes("quantity") ? undefined : problem}
                onText={(promisedOn) => form.set(line.id, { promisedOn })}
              />
            )}
            {parts.includes("reason") && (
              <TextField
                label={label(t("reason"))}
                isLabelHidden
                placeholder={t("reason.hint")}
                value={input.reason}
                onText={(reason) => form.set(line.id, { reason })}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function moveByArrow(event: React.KeyboardEvent<HTMLInputElement>, part: Part): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const list = event.currentTarget.closest("ul");
  if (step === undefined || list === null) return;
  const inputs = [...list.querySelectorAll<HTMLInputElement>(`input[data-part=${part}]`)];
  const next = inputs[inputs.indexOf(event.currentTarget) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.select();
}
