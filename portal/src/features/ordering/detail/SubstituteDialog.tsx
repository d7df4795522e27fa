import { useRef, useState } from "react";

import { OrderSubstitutesProposeDocument } from "../../../gql/graphql";
import {
  Button,
  SelectField,
  TextAreaField,
  TextField,
  problemAt,
} from "../../../shared/components";
import type { Problem } from "../../../shared/graph/hooks";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { SkuPicker } from "../../catalog/SkuPicker";
import type { OrderLine } from "./OrderLines";
import { StepDialog } from "./StepDialog";
import type { StepProps } from "./Steps";
import { wholeNumber } from "./lineForm";
import { substituteTexts } from "./substituteTexts";
import { detailTexts } from "./texts";

const OFFERS_MAX = 100;

interface Offer {
  readonly key: number;
  readonly lineId: string;
  readonly quantity: string;
  readonly skuId: string;
  readonly offered: string;
  readonly promisedOn: string;
}

/** Offer other goods for units of lines; the order stays as it is until the buyer takes them. */
export function SubstituteDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const words = useTexts(substituteTexts);
  const lines = order.lines.filter((line) => line.unshippedQuantity > 0);
  const keys = useRef(0);
  const [offers, setOffers] = useState<readonly Offer[]>(() => [offerFor(lines[0], 0)]);
  const [validUntil, setValidUntil] = useState("");
  const [reason, setReason] = useState("");
  const intent = useIntent(OrderSubstitutesProposeDocument, "orderSubstitutesPropose", {
    touches: ["ORDER"],
    onDone: onClose,
  });
  const set = (key: number, values: Partial<Offer>) =>
    setOffers((former) =>
      former.map((offer) => (offer.key === key ? { ...offer, ...values } : offer)),
    );
  return (
    <StepDialog
      title={words("title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.PROPOSE_SUBSTITUTE")}
      isReady={offers.every(isComplete)}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          substitutes: offers.map((offer) => ({
            orderId: order.id,
            orderLineId: offer.lineId,
            quantity: Number(offer.quantity),
            skuId: offer.skuId,
            packQuantity: Number(offer.offered),
            promisedOn: offer.promisedOn || null,
            validUntil: validUntil || null,
            reason: reason.trim(),
          })),
        })
      }
    >
      <p>{words("text")}</p>
      <ol className="substitute-offers">
        {offers.map((offer, place) => (
          <li key={offer.key}>
            <OfferFields
              offer={offer}
              place={place}
              lines={lines}
              problems={intent.problems}
              onChange={(values) => set(offer.key, values)}
            />
            {offers.length > 1 && (
              <Button
                size="small"
                kind="quiet"
                onClick={() => setOffers(offers.filter(({ key }) => key !== offer.key))}
              >
                {words("leaveOut", { place: place + 1 })}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {offers.length < OFFERS_MAX && (
        <Button
          onClick={() => {
            keys.current += 1;
            setOffers([...offers, offerFor(nextLine(lines, offers), keys.current)]);
          }}
        >
          {words("another")}
        </Button>
      )}
      <div className="substitute-terms">
        <TextField
          label={words("validUntil")}
          hint={words("validUntil.hint")}
          type="date"
          value={validUntil}
          error={problemAt(intent.problems, "substitutes.0.validUntil")}
          onText={setValidUntil}
        />
        <TextAreaField
          label={t("reason")}
          value={reason}
          error={problemAt(intent.problems, "substitutes.0.reason")}
          onText={setReason}
        />
      </div>
    </StepDialog>
  );
}

function OfferFields({
  offer,
  place,
  lines,
  problems,
  onChange,
}: {
  readonly offer: Offer;
  readonly place: number;
  readonly lines: readonly OrderLine[];
  readonly problems: readonly Problem[];
  readonly onChange: (values: Partial<Offer>) => void;
}) {
  const t = useTexts(detailTexts);
  const words = useTexts(substituteTexts);
  const wrong = (field: string) => problemAt(problems, `substitutes.${place}.${field}`);
  return (
    <>
      <SelectField
        label={words("line")}
        options={lines.map(({ id, lineNo, skuCode, unshippedQuantity, baseUnit }) => ({
          value: id,
          text: `${lineNo} · ${skuCode} · ${unshippedQuantity} ${baseUnit}`,
        }))}
        value={offer.lineId}
        error={wrong("orderLineId")}
        onText={(lineId) => {
          const { quantity, offered } = offerFor(
            lines.find(({ id }) => id === lineId),
            offer.key,
          );
          onChange({ lineId, quantity, offered });
        }}
      />
      <TextField
        label={words("quantity")}
        inputMode="numeric"
        autoComplete="off"
        isRequired
        value={offer.quantity}
        error={wrong("quantity")}
        onText={(quantity) => onChange({ quantity })}
      />
      <div className="substitute-sku">
        <SkuPicker
          label={words("sku")}
          onPick={(sku) => onChange({ skuId: sku.id })}
          onClear={() => onChange({ skuId: "" })}
        />
        {wrong("skuId") !== undefined && (
          <p className="field-error" role="alert">
            {wrong("skuId")}
          </p>
        )}
      </div>
      <TextField
        label={words("offered")}
        inputMode="numeric"
        autoComplete="off"
        isRequired
        value={offer.offered}
        error={wrong("packQuantity")}
        onText={(offered) => onChange({ offered })}
      />
      <TextField
        label={t("promised")}
        type="date"
        value={offer.promisedOn}
        error={wrong("promisedOn")}
        onText={(promisedOn) => onChange({ promisedOn })}
      />
    </>
  );
}

/** An offer as it begins: for all that is open of a line. */
function offerFor(line: OrderLine | undefined, key: number): Offer {
  const open = String(line?.unshippedQuantity ?? "");
  return {
    key,
    lineId: line?.id ?? "",
    quantity: open,
    skuId: "",
    offered: open,
    promisedOn: "",
  };
}

/** The first line that nothing is offered for yet, else the first. */
function nextLine(
  lines: readonly OrderLine[],
  offers: readonly Offer[],
): OrderLine | undefined {
  const named = new Set(offers.map(({ lineId }) => lineId));
  return lines.find(({ id }) => !named.has(id)) ?? lines[0];
}

function isComplete(offer: Offer): boolean {
  const counts = [offer.quantity, offer.offered].map((text) => wholeNumber(text) ?? 0);
  return offer.lineId !== "" && offer.skuId !== "" && counts.every((count) => count > 0);
}
