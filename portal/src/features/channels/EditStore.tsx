import { useState } from "react";

import { StoreMiniProgramsDocument, StoreUpdateDocument } from "../../gql/graphql";
import {
  CheckField,
  FormDialog,
  SelectField,
  TextField,
  problemAt,
} from "../../shared/components";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import type { StoreDetail } from "./StorePage";
import { channelTexts } from "./texts";

const TEXTS = ["name", "nameEn", "region", "address", "phone", "openingHours"] as const;
const DEGREES = ["latitude", "longitude"] as const;

/** What a store says of itself, and whether it is open. */
export function EditStore({
  store,
  onClose,
}: {
  readonly store: StoreDetail;
  readonly onClose: () => void;
}) {
  const t = useTexts(channelTexts);
  const programs = useGraph({ kinds: ["STORE"], document: StoreMiniProgramsDocument, variables: {} });
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => ({
    ...Object.fromEntries(TEXTS.map((key) => [key, store[key]])),
    ...Object.fromEntries(DEGREES.map((key) => [key, store[key] ?? ""])),
    miniProgramId: store.miniProgram?.id ?? "",
  }));
  const [flags, setFlags] = useState({
    offersDelivery: store.offersDelivery,
    offersPickup: store.offersPickup,
    isOpen: store.isOpen,
  });
  const intent = useIntent(StoreUpdateDocument, "storeUpdate", {
    touches: ["STORE"],
    onDone: onClose,
  });
  const text = (key: string): string => (values[key] ?? "").trim();
  const put = (key: string) => (value: string) => setValues({ ...values, [key]: value });
  return (
    <FormDialog
      title={t("store.edit", { code: store.code })}
      intent={intent}
      fields={[...TEXTS, ...DEGREES]}
      isWide
      isReady={text("name") !== ""}
      onSubmit={() =>
        void intent.run({
          storeId: store.id,
          ...Object.fromEntries(TEXTS.map((key) => [key, text(key)])),
          ...Object.fromEntries(DEGREES.map((key) => [key, text(key) || null])),
          miniProgramId: text("miniProgramId") || null,
          ...flags,
        })
      }
      onClose={onClose}
    >
      {[...TEXTS, ...DEGREES].map((key) => (
        <TextField
          key={key}
          label={t(key)}
          isRequired={key === "name"}
          value={values[key] ?? ""}
          error={problemAt(intent.problems, key)}
          {...(key === "region" && { hint: t("region.hint") })}
          onText={put(key)}
        />
      ))}
      <SelectField
        label={t("miniProgram")}
        options={[
          { value: "", text: t("miniProgram.none") },
          ...(programs.data?.miniPrograms ?? []).map(({ id, name }) => ({ value: id, text: name })),
        ]}
        value={values["miniProgramId"] ?? ""}
        onText={put("miniProgramId")}
      />
      {(["offersDelivery", "offersPickup", "isOpen"] as const).map((key) => (
        <CheckField
          key={key}
          label={t(key)}
          isChecked={flags[key]}
          onCheck={(isChecked) => setFlags({ ...flags, [key]: isChecked })}
        />
      ))}
      <p className="field-hint">{t("isOpen.hint")}</p>
    </FormDialog>
  );
}
