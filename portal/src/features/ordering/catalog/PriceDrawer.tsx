import { PriceOfLineDocument } from "../../../gql/graphql";
import { Drawer, ErrorState, Loading } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { PriceExplanation } from "../../pricing/PriceExplanation";
import { explanationTexts } from "../../pricing/explanationTexts";
import "./drawer.css";

/** Of what a price is explained; without `packId`, `quantity` is in base units. */
export interface PricedLine {
  readonly title: string;
  readonly skuId: string;
  readonly quantity: number;
  readonly packId: string | null;
}

/** How the price of one line comes to be now, beside the page. */
export function PriceDrawer({
  relationshipId,
  line,
  onClose,
}: {
  readonly relationshipId: string;
  readonly line: PricedLine | null;
  onClose(): void;
}) {
  const t = useTexts(explanationTexts);
  return (
    <Drawer title={t("title")} isOpen={line !== null} onClose={onClose}>
      {line && <ExplainedLine relationshipId={relationshipId} line={line} />}
    </Drawer>
  );
}

function ExplainedLine({
  relationshipId,
  line,
}: {
  readonly relationshipId: string;
  readonly line: PricedLine;
}) {
  const { skuId, quantity, packId } = line;
  const { data, error, refetch } = useGraph({
    kinds: ["PRICE", "CATALOG", "RELATIONSHIP"],
    document: PriceOfLineDocument,
    variables: { relationshipId, lines: [{ skuId, quantity, packId }] },
  });
  const [quote] = data?.priceQuote ?? [];
  return (
    <>
      <p className="priced-line">{line.title}</p>
      {quote !== undefined && <PriceExplanation explanation={quote.explanation} />}
      {quote === undefined && error !== null && (
        <ErrorState error={error} onRetry={() => void refetch()} />
      )}
      {quote === undefined && error === null && <Loading onRetry={() => void refetch()} />}
    </>
  );
}
