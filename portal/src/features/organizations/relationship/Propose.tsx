import { useState } from "react";
import { useNavigate } from "react-router";

import { usePermissions, useSession } from "../../../app/session";
import {
  OwnOrganizationDocument,
  PartnerSearchDocument,
  RelationshipCreateDocument,
} from "../../../gql/graphql";
import {
  Button,
  FormDialog,
  Notice,
  SelectField,
  TextField,
  problemAt,
  useName,
} from "../../../shared/components";
import { type Problem, useGraph, useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { useSettled } from "../../../shared/useSettled";
import { NewPartner, type Partner } from "../setup/NewPartner";
import { organizationsTexts } from "../texts";
import { type TermValues, TermsFields, inputOf, isReadable } from "./TermsFields";
import { isAmount } from "./numbers";

/** What the graph itself takes where nothing is said. */
const USUAL: TermValues = {
  validFrom: "",
  validTo: "",
  priceStrategy: "PRIORITY",
  paymentTermsDays: "30",
  orderMinimum: "0",
  territory: "",
  rebate: "0",
  rebateThreshold: "0",
  requiresReview: false,
  requiresConfirmation: true,
  requiresReceipt: true,
  holdsStock: true,
  sharesSellOut: false,
};
const CURRENCY = /^[A-Z]{3}$/;

/** Offer to sell to somebody, on these terms. */
export function Propose({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(organizationsTexts);
  const may = usePermissions();
  const navigate = useNavigate();
  const { viewer } = useSession();
  const [buyerId, setBuyerId] = useState("");
  const [created, setCreated] = useState<Partner | null>(null);
  const [isCreating, setIsCreating] = useState(false);
  const [sellerEntityId, setSellerEntityId] = useState("");
  const [currency, setCurrency] = useState(viewer.network?.currency ?? "");
  const [limit, setLimit] = useState("");
  const [values, setValues] = useState(USUAL);
  const intent = useIntent(RelationshipCreateDocument, "relationshipCreate", {
    touches: ["RELATIONSHIP", "CREDIT"],
    onDone: ({ relationship }) => {
      onClose();
      if (relationship) void navigate(addressOf(relationship.id));
    },
  });
  const isReady =
    buyerId !== "" &&
    CURRENCY.test(currency) &&
    isReadable(values) &&
    (limit === "" || isAmount(limit));

  function propose(): void {
    void intent.run({
      ...inputOf(values, currency),
      buyerOrganizationId: buyerId,
      sellerLegalEntityId: sellerEntityId || null,
      currency,
      creditLimit: limit === "" ? null : { amount: limit.trim(), currency },
    });
  }

  return (
    <>
      <FormDialog
        title={t("propose.title")}
        intent={intent}
        submitText={t("propose.send")}
        isWide
        isReady={isReady}
        onSubmit={propose}
        onClose={onClose}
      >
        <p className="field-hint">{t("propose.lead")}</p>
        <BuyerField
          value={buyerId}
          created={created}
          problems={intent.problems}
          onChange={setBuyerId}
          onCreate={() => setIsCreating(true)}
        />
        <div className="form-row">
          <EntityField value={sellerEntityId} onChange={setSellerEntityId} />
          <TextField
            label={t("currency")}
            maxLength={3}
            isRequired
            value={currency}
            error={problemAt(intent.problems, "currency")}
            onText={(text) => setCurrency(text.toUpperCase())}
          />
          {may("CREDIT_MANAGE") && (
            <TextField
              label={t("credit.amount", { currency })}
              inputMode="decimal"
              value={limit}
              error={
                limit === "" || isAmount(limit)
                  ? problemAt(intent.problems, "creditLimit")
                  : t("wrong.amount")
              }
              onText={setLimit}
            />
          )}
        </div>
        <TermsFields
          side="SELLER"
          values={values}
          problems={intent.problems}
          onChange={setValues}
        />
      </FormDialog>
      {isCreating && (
        <NewPartner
          onDone={(partner) => {
            setIsCreating(false);
            setCreated(partner);
            setBuyerId(partner.id);
          }}
          onClose={() => setIsCreating(false)}
        />
      )}
    </>
  );
}

function addressOf(id: string): string {
  return `/setup/relationships/${encodeURIComponent(id)}`;
}

/** Find the buyer by name or code; one that is not there yet can be created. */
function BuyerField({
  value,
  created,
  problems,
  onChange,
  onCreate,
}: {
  readonly value: string;
  /** The one that was just created, whatever is searched for. */
  readonly created: Partner | null;
  readonly problems: readonly Problem[];
  readonly onChange: (id: string) => void;
  readonly onCreate: () => void;
}) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  const may = usePermissions();
  const { viewer } = useSession();
  const [typed, setTyped] = useState("");
  const search = useSettled(typed).trim();
  const found = useGraph({
    kinds: ["ORGANIZATION"],
    document: PartnerSearchDocument,
    variables: { search: search || null, first: 50 },
    keepsFormer: true,
  });
  const others = (found.data?.organizations.edges ?? [])
    .map(({ node }) => node)
    .filter(({ id, isActive }) => isActive && id !== viewer.organization?.id);
  const partners: readonly Partner[] =
    created && !others.some(({ id }) => id === created.id) ? [created, ...others] : others;
  const isNone = found.data !== undefined && partners.length === 0;
  return (
    <>
      <div className="form-row">
        <TextField
          label={t("buyer.search")}
          type="search"
          placeholder={t("search.hint")}
          value={typed}
          onText={setTyped}
        />
        <SelectField
          label={t("buyer")}
          isRequired
          options={[
            { value: "", text: t(isNone ? "buyer.none" : "buyer.choose") },
            ...partners.map((partner) => ({
              value: partner.id,
              text: `${name(partner)} · ${partner.code}`,
            })),
          ]}
          value={partners.some(({ id }) => id === value) ? value : ""}
          error={problemAt(problems, "buyerOrganizationId")}
          onText={onChange}
        />
      </div>
      {created && <Notice kind="good">{t("created", { name: name(created) })}</Notice>}
      {may("ORGANIZATION_MANAGE") && (
        <div className="row-actions">
          <Button size="small" onClick={onCreate}>
            {t("buyer.new")}
          </Button>
        </div>
      )}
    </>
  );
}

/** In which of our books it is kept, where there is a choice. */
function EntityField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  const { viewer } = useSession();
  const own = useGraph({
    kinds: ["ORGANIZATION"],
    document: OwnOrganizationDocument,
    variables: { id: viewer.organization?.id ?? "" },
    enabled: viewer.organization != null,
  });
  const entities = own.data?.organization?.legalEntities ?? [];
  if (entities.length < 2) return null;
  return (
    <SelectField
      label={t("sellerEntity")}
      options={entities.map((entity) => ({ value: entity.id, text: name(entity) }))}
      value={value || entities[0]?.id || ""}
      onText={onChange}
    />
  );
}
