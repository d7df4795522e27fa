import type {
  PriceStrategy,
  RelationshipSide,
  RelationshipTermsFragment,
} from "../../../gql/graphql";
import { CheckField, SelectField, TextField, problemAt } from "../../../shared/components";
import type { Problem } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { organizationsTexts } from "../texts";
import { basisPointsOf, isAmount, isDays, percentOf, regionsOf } from "./numbers";

/** Terms as they are typed. */
export interface TermValues {
  readonly validFrom: string;
  readonly validTo: string;
  readonly priceStrategy: PriceStrategy;
  readonly paymentTermsDays: string;
  readonly orderMinimum: string;
  readonly territory: string;
  readonly rebate: string;
  readonly rebateThreshold: string;
  readonly requiresReview: boolean;
  readonly requiresConfirmation: boolean;
  readonly requiresReceipt: boolean;
  readonly holdsStock: boolean;
  readonly sharesSellOut: boolean;
}

export function valuesOf(edge: RelationshipTermsFragment): TermValues {
  return {
    ...edge,
    validTo: edge.validTo ?? "",
    paymentTermsDays: String(edge.paymentTermsDays),
    orderMinimum: edge.orderMinimum.amount,
    territory: edge.territory.join(" "),
    rebate: percentOf(edge.rebateBasisPoints),
    rebateThreshold: edge.rebateThreshold.amount,
  };
}

/** As the graph takes them. */
export function inputOf(values: TermValues, currency: string) {
  return {
    validFrom: values.validFrom || null,
    validTo: values.validTo || null,
    priceStrategy: values.priceStrategy,
    paymentTermsDays: Number(values.paymentTermsDays),
    orderMinimum: { amount: values.orderMinimum.trim(), currency },
    territory: regionsOf(values.territory),
    rebateBasisPoints: basisPointsOf(values.rebate) ?? 0,
    rebateThreshold: { amount: values.rebateThreshold.trim(), currency },
    requiresReview: values.requiresReview,
    requiresConfirmation: values.requiresConfirmation,
    requiresReceipt: values.requiresReceipt,
    holdsStock: values.holdsStock,
  };
}

/** Whether all that is typed can be read. */
export function isReadable(values: TermValues): boolean {
  return (
    isDays(values.paymentTermsDays) &&
    isAmount(values.orderMinimum) &&
    isAmount(values.rebateThreshold) &&
    basisPointsOf(values.rebate) !== null
  );
}

const STRATEGIES = ["PRIORITY", "LOWEST", "CONTRACT_ONLY"] as const;

interface Props {
  readonly values: TermValues;
  readonly problems: readonly Problem[];
  readonly onChange: (values: TermValues) => void;
}

/** The terms that are one's side's to say. */
export function TermsFields({ side, ...props }: Props & { readonly side: RelationshipSide }) {
  return side === "SELLER" ? <SellersTerms {...props} /> : <BuyersTerms {...props} />;
}

function BuyersTerms({ values, problems, onChange }: Props) {
  const t = useTexts(organizationsTexts);
  return (
    <div>
      <Box
        label={t("requiresReceipt")}
        error={problemAt(problems, "requiresReceipt")}
        isChecked={values.requiresReceipt}
        onCheck={(requiresReceipt) => onChange({ ...values, requiresReceipt })}
      />
      <Box
        label={t("sharesSellOut")}
        error={problemAt(problems, "sharesSellOut")}
        isChecked={values.sharesSellOut}
        onCheck={(sharesSellOut) => onChange({ ...values, sharesSellOut })}
      />
    </div>
  );
}

function SellersTerms(props: Props) {
  const t = useTexts(organizationsTexts);
  const { values, problems, onChange } = props;
  return (
    <>
      <Validity {...props} />
      <SelectField
        label={t("priceStrategy")}
        options={STRATEGIES.map((value) => ({ value, text: t(`strategy.${value}`) }))}
        value={values.priceStrategy}
        onText={(value) => {
          const chosen = STRATEGIES.find((strategy) => strategy === value);
          if (chosen) onChange({ ...values, priceStrategy: chosen });
        }}
      />
      <Sums {...props} />
      <TextField
        label={t("territory")}
        hint={t("territory.hint")}
        value={values.territory}
        error={problemAt(problems, "territory")}
        onText={(territory) => onChange({ ...values, territory })}
      />
      <Flow {...props} />
    </>
  );
}

function Validity({ values, problems, onChange }: Props) {
  const t = useTexts(organizationsTexts);
  return (
    <div className="form-row">
      <TextField
        label={t("validFrom")}
        hint={values.validFrom === "" ? t("validFrom.hint") : undefined}
        type="date"
        value={values.validFrom}
        error={problemAt(problems, "validFrom")}
        onText={(validFrom) => onChange({ ...values, validFrom })}
      />
      <TextField
        label={t("validTo")}
        hint={t("validTo.hint")}
        type="date"
        value={values.validTo}
        error={problemAt(problems, "validTo")}
        onText={(validTo) => onChange({ ...values, validTo })}
      />
    </div>
  );
}

function Sums({ values, problems, onChange }: Props) {
  const t = useTexts(organizationsTexts);
  return (
    <div className="form-row">
      <TextField
        label={t("paymentTermsDays")}
        hint={t("paymentTermsDays.hint")}
        inputMode="numeric"
        value={values.paymentTermsDays}
        error={
          isDays(values.paymentTermsDays)
            ? problemAt(problems, "paymentTermsDays")
            : t("wrong.days")
        }
        onText={(paymentTermsDays) => onChange({ ...values, paymentTermsDays })}
      />
      <TextField
        label={t("orderMinimum")}
        inputMode="decimal"
        value={values.orderMinimum}
        error={
          isAmount(values.orderMinimum) ? problemAt(problems, "orderMinimum") : t("wrong.amount")
        }
        onText={(orderMinimum) => onChange({ ...values, orderMinimum })}
      />
      <TextField
        label={t("rebatePercent")}
        inputMode="decimal"
        value={values.rebate}
        error={
          basisPointsOf(values.rebate) === null
            ? t("wrong.percent")
            : problemAt(problems, "rebateBasisPoints")
        }
        onText={(rebate) => onChange({ ...values, rebate })}
      />
      <TextField
        label={t("rebateThreshold")}
        inputMode="decimal"
        value={values.rebateThreshold}
        error={
          isAmount(values.rebateThreshold)
            ? problemAt(problems, "rebateThreshold")
            : t("wrong.amount")
        }
        onText={(rebateThreshold) => onChange({ ...values, rebateThreshold })}
      />
    </div>
  );
}

function Flow({ values, problems, onChange }: Props) {
  const t = useTexts(organizationsTexts);
  const terms = ["requiresReview", "requiresConfirmation", "requiresReceipt", "holdsStock"] as const;
  return (
    <fieldset className="edge-boxes">
      <legend>{t("flow")}</legend>
      {terms.map((term) => (
        <Box
          key={term}
          label={t(term)}
          error={problemAt(problems, term)}
          isChecked={values[term]}
          onCheck={(isChecked) => onChange({ ...values, [term]: isChecked })}
        />
      ))}
    </fieldset>
  );
}

function Box({
  error,
  ...box
}: Parameters<typeof CheckField>[0] & { readonly error: string | undefined }) {
  return (
    <div>
      <CheckField {...box} />
      {error !== undefined && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
