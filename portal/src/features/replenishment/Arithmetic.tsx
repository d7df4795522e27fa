import { Link } from "react-router";

import { DataTable, useName } from "../../shared/components";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { type Proposal, shortened } from "./lines";
import { replenishmentTexts } from "./texts";

type Step = Proposal["arithmetic"][number];

/** The way to what is proposed, step by step, in words and figures. */
export function Arithmetic({ line }: { readonly line: Proposal }) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const { decimal } = useFormat();
  const isFigure = (value: string) => /^-?\d+(\.\d+)?$/.test(value);
  const unitOf = (step: Step) => {
    if (step.unit === "days") return t("unit.days");
    return step.unit === "units" ? (line.sku?.baseUnit ?? "") : "";
  };
  return (
    <div className="arithmetic">
      <p>
        <strong>{name(line.sku)}</strong> · {name(line.warehouse)}
      </p>
      <p className="report-note">{t("why.text")}</p>
      <DataTable
        caption={t("why")}
        rows={line.arithmetic}
        rowKey={(step) => step.code}
        columns={[
          { key: "step", title: t("step"), render: ({ label }) => label },
          {
            key: "value",
            title: t("value"),
            align: "end",
            render: (step) => (
              <span className={step.code === "quantity" ? "arithmetic-end" : "number"}>
                {isFigure(step.value) ? decimal(shortened(step.value, 4)) : step.value}{" "}
                <span className="unit">{unitOf(step)}</span>
              </span>
            ),
          },
        ]}
      />
      {line.sku && (
        <p>
          <Link to={`/demand?sku=${encodeURIComponent(line.sku.id)}`}>{t("demand")}</Link>
        </p>
      )}
    </div>
  );
}
