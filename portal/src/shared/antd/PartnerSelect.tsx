import { Select } from "antd";
import { useState } from "react";

import { PartnerDocument, PartnersDocument, type RelationshipSide } from "../../gql/graphql";
import { Field } from "../components/Field";
import { useName } from "../components/Values";
import { useGraph } from "../graph/hooks";
import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";
import { AntdScope } from "./AntdScope";
import { useSettled } from "../useSettled";

/** One relationship out of any number, found as one types. */
export default function PartnerSelect({
  label,
  everybody,
  side,
  value,
  onChange,
}: {
  readonly label: string;
  /** What it is called to choose none. */
  readonly everybody: string;
  /** Our side of the relationships to choose from. */
  readonly side: RelationshipSide;
  /** A relationship's id; empty for none. */
  readonly value: string;
  readonly onChange: (relationshipId: string) => void;
}) {
  const t = useTexts(commonTexts);
  const name = useName();
  const [typed, setTyped] = useState("");
  const search = useSettled(typed);
  const found = useGraph({
    kinds: ["RELATIONSHIP"],
    document: PartnersDocument,
    variables: { side, search: search.trim() || null },
    keepsFormer: true,
  });
  const chosen = useGraph({
    kinds: ["RELATIONSHIP"],
    document: PartnerDocument,
    variables: { id: value },
    enabled: value !== "",
  });
  const other = side === "SELLER" ? "buyer" : "seller";
  const partners = (found.data?.relationships.edges ?? [])
    .filter(({ node }) => node.acceptedAt != null)
    .map(({ node }) => ({ value: node.id, label: name(node[other]) }));
  const current = chosen.data?.relationship;
  const isListed = partners.some((partner) => partner.value === value);
  const options = [
    { value: "", label: everybody },
    ...(current && !isListed ? [{ value, label: name(current[other]) }] : []),
    ...partners,
  ];
  return (
    <AntdScope>
      <Field label={label}>
        {(control) => (
          <Select
            {...control}
            aria-label={label}
            className="partner-select"
            popupMatchSelectWidth={false}
            showSearch={{ filterOption: false, onSearch: setTyped }}
            loading={found.isFetching}
            notFoundContent={found.isFetching ? t("loading") : t("empty")}
            options={options}
            value={value}
            onChange={onChange}
          />
        )}
      </Field>
    </AntdScope>
  );
}
