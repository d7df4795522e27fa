import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from "react";

import {
  type OrderingPlaceFragment,
  SkuSuggestionsDocument,
  type SkuSuggestionsQuery,
  type SuggestedSkuFragment,
} from "../../../gql/graphql";
import { useName } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { useSettled } from "../../../shared/useSettled";
import { CODE_LENGTH_MAX, type Row } from "../draft/rows";
import { useIsOnBehalf } from "../places";
import { padTexts } from "./padTexts";
import { type Pad, cellId } from "./usePad";

/** `available` is not known to who orders on another's behalf. */
interface Offer {
  readonly sku: SuggestedSkuFragment;
  readonly available: number | null;
}

interface List {
  /** False if there is nothing to move over. */
  move(step: 1 | -1): boolean;
  /** False if nothing is marked. */
  take(): boolean;
}

/** Where a code is typed, with what it may mean below it. */
export function CodeCell({
  row,
  number,
  place,
  isInvalid,
  pad,
}: {
  readonly row: Row;
  readonly number: number;
  readonly place: OrderingPlaceFragment;
  readonly isInvalid: boolean;
  readonly pad: Pad;
}) {
  const t = useTexts(padTexts);
  const listId = useId();
  const list = useRef<List>(null);
  const [isTyping, setIsTyping] = useState(false);
  const [marked, setMarked] = useState<string | null>(null);
  const [hasOptions, setHasOptions] = useState(false);
  const isOpen = isTyping && row.code.trim() !== "";
  const isExpanded = isOpen && hasOptions;

  function close(): void {
    setIsTyping(false);
    setMarked(null);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (!isOpen || event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1 as const, ArrowUp: -1 as const }[event.key];
    const isTaken =
      (step !== undefined && list.current?.move(step) === true) ||
      (event.key === "Enter" && list.current?.take() === true) ||
      event.key === "Escape";
    if (event.key === "Escape" || (event.key === "Enter" && !isTaken)) close();
    if (!isTaken) return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div className="pad-combo">
      <input
        id={cellId({ key: row.key, field: "code" })}
        className="input"
        role="combobox"
        aria-label={t("code.of", { row: number })}
        aria-autocomplete="list"
        aria-expanded={isExpanded}
        aria-controls={isExpanded ? listId : undefined}
        aria-activedescendant={marked ?? undefined}
        aria-invalid={isInvalid || undefined}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={CODE_LENGTH_MAX}
        placeholder={row.code === "" && row.quantityText === "" ? t("code.hint") : undefined}
        data-key={row.key}
        data-field="code"
        value={row.code}
        onChange={(event) => {
          setIsTyping(true);
          pad.type({ key: row.key, field: "code" }, event.target.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {isOpen && (
        <Suggestions
          ref={list}
          id={listId}
          search={row.code.trim()}
          place={place}
          onMark={setMarked}
          onOptions={setHasOptions}
          onTake={({ sku }) => {
            close();
            pad.choose(row.key, sku.code, sku.id);
          }}
        />
      )}
    </div>
  );
}

function Suggestions({
  ref,
  id,
  search,
  place,
  onMark,
  onOptions,
  onTake,
}: {
  readonly ref: Ref<List>;
  readonly id: string;
  readonly search: string;
  readonly place: OrderingPlaceFragment;
  onMark(optionId: string | null): void;
  onOptions(hasOptions: boolean): void;
  onTake(offer: Offer): void;
}) {
  const t = useTexts(padTexts);
  const asked = useSettled(search, "");
  const [marked, setMarked] = useState(-1);
  const isOnBehalf = useIsOnBehalf(place);
  const query = useGraph({
    kinds: ["CATALOG"],
    document: SkuSuggestionsDocument,
    variables: { relationshipId: place.id, search: asked, isOnBehalf },
    enabled: asked !== "",
    keepsFormer: true,
  });
  const offers = offersOf(query.data);
  const mark = (to: number) => {
    setMarked(to);
    onMark(to < 0 ? null : `${id}-${to}`);
  };
  useImperativeHandle(ref, () => ({
    move(step) {
      if (offers.length === 0) return false;
      const from = marked < 0 && step < 0 ? 0 : marked;
      mark((from + step + offers.length) % offers.length);
      return true;
    },
    take() {
      const offer = offers[marked];
      if (offer === undefined) return false;
      onTake(offer);
      return true;
    },
  }));
  const hasOptions = offers.length > 0;
  useEffect(() => {
    onOptions(hasOptions);
    return () => onOptions(false);
  }, [hasOptions, onOptions]);
  if (query.data === undefined) return null;
  if (!hasOptions) {
    return (
      <p className="pad-suggestions pad-suggestions-none" role="status">
        {t("suggestions.none")}
      </p>
    );
  }
  return (
    <div className="pad-suggestions" role="listbox" id={id} aria-label={t("suggestions")}>
      {offers.map((offer, index) => (
        <Suggestion
          key={offer.sku.id}
          id={`${id}-${index}`}
          offer={offer}
          isMarked={index === marked}
          onTake={() => onTake(offer)}
        />
      ))}
    </div>
  );
}

function offersOf(answer: SkuSuggestionsQuery | undefined): readonly Offer[] {
  const offered = answer?.offers?.edges.map(({ node }) => node) ?? [];
  const traded = answer?.skus?.edges.map(({ node }) => ({ sku: node, available: null })) ?? [];
  return [...offered, ...traded].flatMap(({ sku, available }) =>
    sku ? [{ sku, available: available ?? null }] : [],
  );
}

function Suggestion({
  id,
  offer: { sku, available },
  isMarked,
  onTake,
}: {
  readonly id: string;
  readonly offer: Offer;
  readonly isMarked: boolean;
  onTake(): void;
}) {
  const t = useTexts(padTexts);
  const name = useName();
  const { integer } = useFormat();
  return (
    <button
      type="button"
      tabIndex={-1}
      id={id}
      role="option"
      aria-selected={isMarked}
      className="pad-suggestion"
      // The focus stays in the field, which is left only by choosing.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
    >
      <span className="pad-suggestion-code">{sku.code}</span>
      <span className="pad-suggestion-name">
        {name(sku)}
        {sku.ownCode && <small> {sku.ownCode}</small>}
      </span>
      {available !== null && (
        <small>{t("suggestions.stock", { count: integer(available), unit: sku.baseUnit })}</small>
      )}
    </button>
  );
}
