import { useState } from "react";

import {
  OrganizationCreateDocument,
  type OrganizationKind,
  type PartyPartsFragment,
} from "../../../gql/graphql";
import { FormDialog, SelectField, TextField, problemAt } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { organizationsTexts } from "../texts";

export type Partner = PartyPartsFragment;

const KINDS = ["RETAILER", "TRADER", "SUPPLIER", "BRAND"] as const satisfies readonly OrganizationKind[];

/** A partner-to-be, which one manages until it has people of its own. */
export function NewPartner({
  onDone,
  onClose,
}: {
  readonly onDone: (partner: Partner) => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(organizationsTexts);
  const [kind, setKind] = useState<OrganizationKind>("RETAILER");
  const [values, setValues] = useState({
    code: "",
    name: "",
    nameEn: "",
    region: "",
    taxNumber: "",
  });
  const intent = useIntent(OrganizationCreateDocument, "organizationCreate", {
    touches: ["ORGANIZATION"],
    onDone: ({ organization }) => {
      if (organization) onDone(organization);
    },
  });
  const field = (key: keyof typeof values) => ({
    label: t(key),
    value: values[key],
    error: problemAt(intent.problems, key),
    onText: (text: string) => setValues({ ...values, [key]: text }),
  });
  return (
    <FormDialog
      title={t("buyer.new")}
      intent={intent}
      isReady={values.code.trim() !== "" && values.name.trim() !== ""}
      onSubmit={() => void intent.run({ ...values, code: values.code.trim(), kind })}
      onClose={onClose}
    >
      <SelectField
        label={t("kind")}
        options={KINDS.map((value) => ({ value, text: t(`kind.${value}`) }))}
        value={kind}
        onText={(value) => setKind(KINDS.find((each) => each === value) ?? kind)}
      />
      <TextField {...field("code")} hint={t("code.hint")} isRequired />
      <TextField {...field("name")} isRequired />
      <TextField {...field("nameEn")} />
      <TextField {...field("region")} hint={t("region.hint")} />
      <TextField {...field("taxNumber")} />
    </FormDialog>
  );
}
