import type { ExplanationFragment } from "../../gql/graphql";
import { DateText, Facts, Money, Quantity, UnitPrice, useName } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import "./explanation.css";
import { explanationTexts } from "./explanationTexts";

/** How a price came to be, step by step, and what was not applied and why. */
export function PriceExplanation({ explanation }: { readonly explanation: ExplanationFragment }) {
  const t = useTexts(explanationTexts);
  const name = useName();
  const { price, steps, rejected } = explanation;
  return (
    <div className="explanation">
      <h3>{t("steps")}</h3>
      <ol>
        {steps.map((step, index) => (
          <li key={index}>{step.message}</li>
        ))}
        {steps.length === 0 && <li>{t("none")}</li>}
      </ol>
      <Facts
        items={[
          {
            term: t("price"),
            value: price && <PerUnit price={price.unitPrice} currency={price.currency} unit={price.unit} />,
          },
          {
            term: t("quantity"),
            value: <Quantity value={explanation.pricedQuantity} unit={explanation.pricedUnit} />,
          },
          { term: t("amount"), value: <Money value={explanation.amount} /> },
          { term: t("strategy"), value: t(`strategy.${explanation.strategy}`) },
          { term: t("at"), value: <DateText value={explanation.at} /> },
        ]}
      />
      <h3>{t("rejected")}</h3>
      {rejected.length === 0 && <p>{t("rejected.none")}</p>}
      <ul>
        {rejected.map(({ candidate, message }) => (
          <li key={candidate.priceId}>
            <strong>
              {name({ name: candidate.priceListName, nameEn: candidate.priceListNameEn })}
            </strong>{" "}
            <PerUnit
              price={candidate.unitPrice}
              currency={candidate.currency}
              unit={candidate.unit}
            />
            <p>{message}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}

function PerUnit(value: {
  readonly price: string;
  readonly currency: string;
  readonly unit: string;
}) {
  return (
    <>
      <UnitPrice price={value.price} currency={value.currency} />
      <span className="unit"> / {value.unit}</span>
    </>
  );
}
