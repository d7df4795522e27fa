import { useEffect, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";

import {
  HandOverStoresDocument,
  StoreSaleHandOverDocument,
  type StoreSaleHandOverMutation,
} from "../../gql/graphql";
import {
  Button,
  Empty,
  ErrorLine,
  ErrorState,
  Loading,
  Notice,
  Page,
  Quantity,
  SelectField,
  TextField,
  useName,
} from "../../shared/components";
import { recall, remember } from "../../shared/device";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import "./hand-over.css";
import { shoppingTexts } from "./texts";

type HandedOver = NonNullable<StoreSaleHandOverMutation["saleHandOver"]["sale"]>;

const KEPT_AS = "tradeline.handOverStore";
const STORES_MAX = 100;

/** A code, one thumb, and what to put on the counter. */
export default function HandOverPage() {
  const t = useTexts(shoppingTexts);
  const asked = useGraph({
    kinds: ["STORE"],
    document: HandOverStoresDocument,
    variables: { first: STORES_MAX },
  });
  const stores = asked.data?.stores.edges.map(({ node }) => node).filter(({ isOwn }) => isOwn);
  return (
    <Page
      title={t("handOver")}
      subtitle={t("handOver.text")}
      breadcrumbs={[{ to: "/store-sales", text: t("sales.title") }]}
    >
      {asked.isPending && <Loading rows={3} onRetry={() => void asked.refetch()} />}
      {asked.error && !stores && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {stores?.length === 0 && <Empty>{t("handOver.none")}</Empty>}
      {stores && stores.length > 0 && <Counter stores={stores} />}
    </Page>
  );
}

function Counter({
  stores,
}: {
  readonly stores: readonly { readonly id: string; readonly name: string }[];
}) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  const [parameters] = useSearchParams();
  const [chosen, setChosen] = useState(parameters.get("store") ?? recall(KEPT_AS) ?? "");
  const store = stores.find(({ id }) => id === chosen) ?? stores[0];
  const [code, setCode] = useState("");
  const [done, setDone] = useState<HandedOver | null>(null);
  const intent = useIntent(StoreSaleHandOverDocument, "saleHandOver", {
    touches: ["SALE", "STOCK"],
    onDone: ({ sale }) => setDone(sale ?? null),
  });
  const place = useFirstControl(done === null);
  if (store === undefined) return null;
  if (done) {
    return (
      <Done
        sale={done}
        onNext={() => {
          setDone(null);
          setCode("");
          intent.reset();
        }}
      />
    );
  }
  return (
    <form
      ref={place}
      className="hand-over"
      onSubmit={(event) => {
        event.preventDefault();
        if (code !== "" && !intent.isRunning) void intent.run({ storeId: store.id, code });
      }}
    >
      {stores.length > 1 && (
        <SelectField
          label={t("handOver.store")}
          options={stores.map((each) => ({ value: each.id, text: name(each) }))}
          value={store.id}
          onText={(id) => {
            remember(KEPT_AS, id);
            setChosen(id);
            intent.reset();
          }}
        />
      )}
      <div className="hand-over-code">
        <TextField
          label={t("handOver.code")}
          inputMode="numeric"
          autoComplete="off"
          enterKeyHint="done"
          value={code}
          onText={(text) => {
            setCode(text.replaceAll(/\s/g, ""));
            intent.reset();
          }}
        />
      </div>
      <ErrorLine error={intent.error} onRetry={intent.retry} />
      {intent.problems.map((problem) => (
        <Refused key={problem.message} problem={problem} />
      ))}
      <Button type="submit" kind="primary" disabled={code === ""} isBusy={intent.isRunning}>
        {t("handOver.submit")}
      </Button>
    </form>
  );
}

type Refusal = StoreSaleHandOverMutation["saleHandOver"]["errors"][number];

function Refused({ problem }: { readonly problem: Refusal }) {
  const t = useTexts(shoppingTexts);
  const isUnknown = problem.__typename === "PickupCodeUnknown";
  return (
    <Notice kind="error">
      {isUnknown && <strong>{t("handOver.wrong")} </strong>}
      {problem.message} {isUnknown && t("handOver.used")}
    </Notice>
  );
}

function Done({ sale, onNext }: { readonly sale: HandedOver; readonly onNext: () => void }) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  return (
    <div className="hand-over">
      <Notice kind="good">
        {t("handOver.done")} · {sale.number}
      </Notice>
      <ul className="hand-over-goods">
        {sale.lines.map((line) => (
          <li key={line.id}>
            <span>
              {name({ name: line.skuName, nameEn: line.skuNameEn })}
              <small>{line.skuCode}</small>
            </span>
            <strong>
              <Quantity value={line.shippedQuantity} unit={line.baseUnit} />
            </strong>
          </li>
        ))}
      </ul>
      {sale.note && <Notice>{sale.note}</Notice>}
      <Button kind="primary" onClick={onNext}>
        {t("handOver.next")}
      </Button>
      <Link to={`/store-sales/${encodeURIComponent(sale.id)}`}>{t("handOver.open")}</Link>
    </div>
  );
}

/** Whoever comes here is here to type a code: the field has the focus, and again for the next. */
function useFirstControl(isAsking: boolean) {
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (isAsking) place.current?.querySelector("input")?.focus();
  }, [isAsking]);
  return place;
}
