import { useState } from "react";

import {
  BarcodeAddDocument,
  BarcodeRemoveDocument,
  PackAddDocument,
  type SkuPartsFragment,
  SkuUpdateDocument,
} from "../../../gql/graphql";
import {
  Button,
  CheckField,
  ConfirmButton,
  Drawer,
  IntentProblems,
  Notice,
  SelectField,
  TextAreaField,
  TextField,
  problemAt,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useTexts } from "../../../shared/i18n/i18n";
import { catalogTexts } from "../texts";
import { usePackName } from "../usePackName";
import { readAttributes, writeAttributes } from "./attributes";

const WHOLE = /^[1-9]\d{0,5}$/;
const TOUCHES = { touches: ["CATALOG"] as const };

/** One SKU of ours: what it is called, its packs and what is printed on them. */
export function SkuDrawer({
  sku,
  onClose,
}: {
  readonly sku: SkuPartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  return (
    <Drawer title={t("sku.edit", { code: sku.code })} isOpen onClose={onClose}>
      <SkuData sku={sku} />
      <Packs sku={sku} />
      <Barcodes sku={sku} />
    </Drawer>
  );
}

function SkuData({ sku }: { readonly sku: SkuPartsFragment }) {
  const t = useTexts(catalogTexts);
  const common = useTexts(commonTexts);
  const [ownName, setOwnName] = useState(sku.name);
  const [nameEn, setNameEn] = useState(sku.nameEn);
  const [written, setWritten] = useState(writeAttributes(sku.attributes));
  const [isActive, setIsActive] = useState(sku.isActive);
  const [isSaved, setIsSaved] = useState(false);
  const attributes = readAttributes(written);
  const intent = useIntent(SkuUpdateDocument, "skuUpdate", {
    ...TOUCHES,
    onDone: () => setIsSaved(true),
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        setIsSaved(false);
        void intent.run({
          skuId: sku.id,
          name: ownName.trim(),
          nameEn: nameEn.trim(),
          attributes,
          isActive,
        });
      }}
    >
      <IntentProblems intent={intent} />
      <TextField
        label={t("name")}
        isRequired
        value={ownName}
        error={problemAt(intent.problems, "name")}
        onText={setOwnName}
      />
      <TextField
        label={t("nameEn")}
        value={nameEn}
        error={problemAt(intent.problems, "nameEn")}
        onText={setNameEn}
      />
      <TextAreaField
        label={t("attributes")}
        hint={t("attributes.hint")}
        value={written}
        error={attributes === null ? t("attributes.fault") : problemAt(intent.problems, "attributes")}
        onText={setWritten}
      />
      <CheckField label={t("isActive")} isChecked={isActive} onCheck={setIsActive} />
      <p className="field-hint">{t("isActive.hint")}</p>
      {isSaved && <Notice kind="good">{t("own.saved")}</Notice>}
      <div className="row-actions">
        <Button
          type="submit"
          kind="primary"
          disabled={ownName.trim() === "" || attributes === null}
          isBusy={intent.isRunning}
        >
          {common("save")}
        </Button>
      </div>
    </form>
  );
}

function Packs({ sku }: { readonly sku: SkuPartsFragment }) {
  const t = useTexts(catalogTexts);
  const packName = usePackName();
  const [values, setValues] = useState({ code: "", units: "", name: "", nameEn: "" });
  const intent = useIntent(PackAddDocument, "packAdd", {
    ...TOUCHES,
    onDone: () => setValues({ code: "", units: "", name: "", nameEn: "" }),
  });
  const field = (key: keyof typeof values) => ({
    value: values[key],
    error: problemAt(intent.problems, key),
    onText: (text: string) => setValues({ ...values, [key]: text }),
  });
  const isReady = values.code.trim() !== "" && WHOLE.test(values.units.trim());
  return (
    <section aria-label={t("packs")} className="form">
      <h3>{t("packs")}</h3>
      <ul>
        {sku.packs.map((pack) => (
          <li key={pack.id}>
            {packName(pack)} · {pack.code} = {pack.units} {sku.baseUnit}
          </li>
        ))}
      </ul>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isReady) return;
          const { code, units, name, nameEn } = values;
          void intent.run({
            skuId: sku.id,
            code: code.trim(),
            units: Number(units),
            name: name.trim(),
            nameEn: nameEn.trim(),
            barcodes: [],
          });
        }}
      >
        <IntentProblems intent={intent} />
        <div className="form-row">
          <TextField label={t("code")} isRequired {...field("code")} />
          <TextField label={t("pack.units")} isRequired inputMode="numeric" {...field("units")} />
          <TextField label={t("name")} {...field("name")} />
          <TextField label={t("nameEn")} {...field("nameEn")} />
        </div>
        <div className="row-actions">
          <Button type="submit" disabled={!isReady} isBusy={intent.isRunning}>
            {t("pack.add")}
          </Button>
        </div>
      </form>
    </section>
  );
}

function Barcodes({ sku }: { readonly sku: SkuPartsFragment }) {
  const t = useTexts(catalogTexts);
  const packName = usePackName();
  const [code, setCode] = useState("");
  const [packId, setPackId] = useState(sku.packs[0]?.id ?? "");
  const adding = useIntent(BarcodeAddDocument, "barcodeAdd", {
    ...TOUCHES,
    onDone: () => setCode(""),
  });
  const removing = useIntent(BarcodeRemoveDocument, "barcodeRemove", TOUCHES);
  const packs = new Map(sku.packs.map((pack) => [pack.id, packName(pack)]));
  return (
    <section aria-label={t("barcodes")} className="form">
      <h3>{t("barcodes")}</h3>
      {sku.barcodes.length === 0 && <p>{t("barcodes.empty")}</p>}
      <IntentProblems intent={removing} />
      <ul className="form">
        {sku.barcodes.map((barcode) => (
          <li key={barcode.code} className="row-actions">
            <span>
              {barcode.code} · {packs.get(barcode.packId)}
            </span>
            <ConfirmButton
              size="small"
              title={t("barcode.remove", { code: barcode.code })}
              text={t("barcode.remove.text")}
              confirmText={t("remove")}
              isBusy={removing.isRunning}
              onConfirm={() => void removing.run({ skuId: sku.id, code: barcode.code })}
            >
              {t("barcode.remove", { code: barcode.code })}
            </ConfirmButton>
          </li>
        ))}
      </ul>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() === "") return;
          void adding.run({ skuId: sku.id, code: code.trim(), packId });
        }}
      >
        <IntentProblems intent={adding} />
        <div className="form-row">
          <TextField
            label={t("barcode.add")}
            autoComplete="off"
            value={code}
            error={problemAt(adding.problems, "code")}
            onText={setCode}
          />
          <SelectField
            label={t("barcode.for")}
            options={[...packs].map(([value, text]) => ({ value, text }))}
            value={packId}
            onText={setPackId}
          />
        </div>
        <div className="row-actions">
          <Button type="submit" disabled={code.trim() === ""} isBusy={adding.isRunning}>
            {t("barcode.add")}
          </Button>
        </div>
      </form>
    </section>
  );
}
