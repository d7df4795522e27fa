import { useState } from "react";

import { usePermissions } from "../../app/session";
import {
  WarehouseCreateDocument,
  type WarehousePartsFragment,
  WarehouseUpdateDocument,
  WarehousesDocument,
} from "../../gql/graphql";
import {
  Button,
  CheckField,
  type Column,
  Empty,
  IntentProblems,
  Modal,
  Page,
  PagedTable,
  StatePill,
  TextField,
  problemAt,
  useName,
} from "../../shared/components";
import { type Problem, useIntent, usePages } from "../../shared/graph/hooks";
import { commonTexts } from "../../shared/i18n/common";
import { useTexts } from "../../shared/i18n/i18n";
import { Serving } from "./Serving";
import { inventoryTexts } from "./texts";

const WHOLE = /^\d{1,6}$/;

/** Where our stock stands, and in which order it is drawn on. */
export default function WarehousesPage() {
  const t = useTexts(inventoryTexts);
  const may = usePermissions();
  const [edited, setEdited] = useState<WarehousePartsFragment | "new" | null>(null);
  const pages = usePages({
    kinds: ["STOCK"],
    document: WarehousesDocument,
    variables: { first: 100 },
    connection: (result) => result.warehouses,
  });
  const canManage = may("STOCK_MANAGE");
  return (
    <Page
      title={t("warehouses.title")}
      actions={
        canManage && (
          <Button kind="primary" onClick={() => setEdited("new")}>
            {t("warehouse.new")}
          </Button>
        )
      }
    >
      <PagedTable
        caption={t("warehouses.title")}
        pages={pages}
        columns={useColumns(canManage ? setEdited : null)}
        rowKey={(warehouse) => warehouse.id}
        empty={<Empty>{t("warehouses.empty")}</Empty>}
      />
      <Serving />
      {edited === "new" && <NewWarehouse onClose={() => setEdited(null)} />}
      {edited !== null && edited !== "new" && (
        <EditWarehouse key={edited.id} warehouse={edited} onClose={() => setEdited(null)} />
      )}
    </Page>
  );
}

function useColumns(
  edit: ((warehouse: WarehousePartsFragment) => void) | null,
): readonly Column<WarehousePartsFragment>[] {
  const t = useTexts(inventoryTexts);
  const name = useName();
  return [
    { key: "code", title: t("code"), render: (warehouse) => warehouse.code },
    { key: "name", title: t("name"), render: (warehouse) => name(warehouse) },
    { key: "region", title: t("region"), render: (warehouse) => warehouse.region || "–" },
    {
      key: "priority",
      title: t("priority"),
      align: "end",
      render: (warehouse) => warehouse.priority,
    },
    {
      key: "state",
      title: t("state"),
      render: (warehouse) => (
        <StatePill kind={warehouse.isActive ? "good" : "neutral"}>
          {t(warehouse.isActive ? "state.open" : "state.closed")}
        </StatePill>
      ),
    },
    ...(edit === null
      ? []
      : [
          {
            key: "edit",
            title: "",
            render: (warehouse: WarehousePartsFragment) => (
              <Button
                size="small"
                aria-label={`${t("edit")}: ${warehouse.code}`}
                onClick={() => edit(warehouse)}
              >
                {t("edit")}
              </Button>
            ),
          },
        ]),
  ];
}

interface Values {
  readonly name: string;
  readonly nameEn: string;
  readonly region: string;
  readonly priority: string;
}

function NewWarehouse({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(inventoryTexts);
  const [code, setCode] = useState("");
  const [values, setValues] = useState<Values>({
    name: "",
    nameEn: "",
    region: "",
    priority: "100",
  });
  const intent = useIntent(WarehouseCreateDocument, "warehouseCreate", {
    touches: ["STOCK"],
    onDone: onClose,
  });
  return (
    <WarehouseForm
      title={t("warehouse.new")}
      intent={intent}
      isReady={code.trim() !== "" && values.name.trim() !== "" && WHOLE.test(values.priority)}
      onSubmit={() =>
        void intent.run({ ...values, code: code.trim(), priority: Number(values.priority) })
      }
      onClose={onClose}
    >
      <TextField
        label={t("code")}
        isRequired
        value={code}
        error={problemAt(intent.problems, "code")}
        onText={setCode}
      />
      <ValueFields values={values} problems={intent.problems} onChange={setValues} />
    </WarehouseForm>
  );
}

function EditWarehouse({
  warehouse,
  onClose,
}: {
  readonly warehouse: WarehousePartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(inventoryTexts);
  const [isActive, setIsActive] = useState(warehouse.isActive);
  const [values, setValues] = useState<Values>({
    name: warehouse.name,
    nameEn: warehouse.nameEn,
    region: warehouse.region,
    priority: String(warehouse.priority),
  });
  const intent = useIntent(WarehouseUpdateDocument, "warehouseUpdate", {
    touches: ["STOCK"],
    onDone: onClose,
  });
  return (
    <WarehouseForm
      title={t("warehouse.edit", { code: warehouse.code })}
      intent={intent}
      isReady={values.name.trim() !== "" && WHOLE.test(values.priority)}
      onSubmit={() =>
        void intent.run({
          ...values,
          warehouseId: warehouse.id,
          priority: Number(values.priority),
          isActive,
        })
      }
      onClose={onClose}
    >
      <ValueFields values={values} problems={intent.problems} onChange={setValues} />
      <CheckField label={t("isOpen")} isChecked={isActive} onCheck={setIsActive} />
      <p className="field-hint">{t("isOpen.hint")}</p>
    </WarehouseForm>
  );
}

function WarehouseForm({
  title,
  intent,
  isReady,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly intent: Parameters<typeof IntentProblems>[0]["intent"] & { readonly isRunning: boolean };
  readonly isReady: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}) {
  const common = useTexts(commonTexts);
  return (
    <Modal
      title={title}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            type="submit"
            form="warehouse-form"
            kind="primary"
            disabled={!isReady}
            isBusy={intent.isRunning}
          >
            {common("save")}
          </Button>
        </>
      }
    >
      <form
        id="warehouse-form"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) onSubmit();
        }}
      >
        <IntentProblems intent={intent} />
        {children}
      </form>
    </Modal>
  );
}

function ValueFields({
  values,
  problems,
  onChange,
}: {
  readonly values: Values;
  readonly problems: readonly Problem[];
  readonly onChange: (values: Values) => void;
}) {
  const t = useTexts(inventoryTexts);
  return (
    <>
      <TextField
        label={t("name")}
        isRequired
        value={values.name}
        error={problemAt(problems, "name")}
        onText={(name) => onChange({ ...values, name })}
      />
      <TextField
        label={t("nameEn")}
        value={values.nameEn}
        error={problemAt(problems, "nameEn")}
        onText={(nameEn) => onChange({ ...values, nameEn })}
      />
      <TextField
        label={t("region")}
        hint={t("region.hint")}
        value={values.region}
        error={problemAt(problems, "region")}
        onText={(region) => onChange({ ...values, region })}
      />
      <TextField
        label={t("priority")}
        hint={t("priority.hint")}
        inputMode="numeric"
        value={values.priority}
        error={problemAt(problems, "priority")}
        onText={(priority) => onChange({ ...values, priority })}
      />
    </>
  );
}
