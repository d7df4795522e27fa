import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";

import { usePermissions } from "../../app/session";
import {
  type RelationshipSide,
  type RelationshipState,
  RelationshipsDocument,
  type RelationshipsQuery,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  Money,
  Page,
  PagedTable,
  SelectField,
  TextField,
  useName,
} from "../../shared/components";
import { usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { Propose } from "./relationship/Propose";
import { EdgeState } from "./relationship/EdgeState";
import "./relationship/relationship.css";
import { organizationsTexts } from "./texts";

type Listed = RelationshipsQuery["relationships"]["edges"][number]["node"];

const PAGE_SIZE = 50;
const SIDES = ["SELLER", "BUYER"] as const satisfies readonly RelationshipSide[];
const STATES = [
  "PROPOSED",
  "ACTIVE",
  "SUSPENDED",
  "ENDED",
] as const satisfies readonly RelationshipState[];

/** With whom the organization trades, on both sides. */
export default function RelationshipsPage() {
  const t = useTexts(organizationsTexts);
  const may = usePermissions();
  const [isProposing, setIsProposing] = useState(false);
  const { filters, change } = useFilters();
  const seesCredit = may("CREDIT_READ", "CREDIT_MANAGE");
  const pages = usePages({
    kinds: ["RELATIONSHIP", "CREDIT", "ORGANIZATION"],
    document: RelationshipsDocument,
    variables: {
      side: filters.side,
      state: filters.state,
      search: filters.search || null,
      credit: seesCredit,
      first: PAGE_SIZE,
    },
    connection: (result) => result.relationships,
    keepsFormer: true,
  });
  const isFiltered = filters.side !== null || filters.state !== null || filters.search !== "";
  return (
    <Page
      title={t("relationships.title")}
      actions={
        may("RELATIONSHIP_MANAGE") && (
          <Button kind="primary" onClick={() => setIsProposing(true)}>
            {t("propose.do")}
          </Button>
        )
      }
    >
      <Filters filters={filters} change={change} />
      <PagedTable
        caption={t("relationships.caption")}
        pages={pages}
        columns={useColumns(seesCredit)}
        rowKey={(edge) => edge.id}
        rowHref={(edge) => `/setup/relationships/${encodeURIComponent(edge.id)}`}
        empty={<Empty>{t(isFiltered ? "relationships.empty" : "relationships.none")}</Empty>}
      />
      {isProposing && <Propose onClose={() => setIsProposing(false)} />}
    </Page>
  );
}

interface FilterValues {
  readonly side: RelationshipSide | null;
  readonly state: RelationshipState | null;
  readonly search: string;
}

/** Kept in the address, so that going back finds the same list. */
function useFilters() {
  const [parameters, setParameters] = useSearchParams();
  const filters: FilterValues = {
    side: SIDES.find((side) => side === parameters.get("side")) ?? null,
    state: STATES.find((state) => state === parameters.get("state")) ?? null,
    search: parameters.get("search") ?? "",
  };
  function change(values: Partial<FilterValues>): void {
    const next = Object.entries({ ...filters, ...values }).filter(([, value]) => value);
    setParameters(Object.fromEntries(next) as Record<string, string>, { replace: true });
  }
  return { filters, change };
}

function Filters({ filters, change }: ReturnType<typeof useFilters>) {
  const t = useTexts(organizationsTexts);
  const [typed, setTyped] = useState(filters.search);
  const search = useSettled(typed).trim();
  useEffect(() => {
    if (search !== filters.search) change({ search });
    // What is typed leads; the address follows it and is not read back.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [search]);
  return (
    <div className="form-row" role="search" aria-label={t("filters")}>
      <TextField
        label={t("search")}
        type="search"
        placeholder={t("search.hint")}
        value={typed}
        onText={setTyped}
      />
      <SelectField
        label={t("side")}
        options={[
          { value: "", text: t("side.all") },
          ...SIDES.map((side) => ({ value: side, text: t(`side.${side}`) })),
        ]}
        value={filters.side ?? ""}
        onText={(value) => change({ side: SIDES.find((side) => side === value) ?? null })}
      />
      <SelectField
        label={t("state")}
        options={[
          { value: "", text: t("state.all") },
          ...STATES.map((state) => ({ value: state, text: t(`state.${state}`) })),
        ]}
        value={filters.state ?? ""}
        onText={(value) => change({ state: STATES.find((state) => state === value) ?? null })}
      />
    </div>
  );
}

function useColumns(seesCredit: boolean): readonly Column<Listed>[] {
  const t = useTexts(organizationsTexts);
  const name = useName();
  return [
    {
      key: "counterpart",
      title: t("counterpart"),
      render: (edge) => name(edge.side === "SELLER" ? edge.buyer : edge.seller),
    },
    {
      key: "side",
      title: t("side"),
      render: (edge) => (edge.side == null ? "–" : t(`side.${edge.side}`)),
    },
    { key: "state", title: t("state"), render: (edge) => <EdgeState edge={edge} /> },
    {
      key: "days",
      title: t("days"),
      render: (edge) =>
        edge.paymentTermsDays === 0
          ? t("days.none")
          : t("days.value", { days: edge.paymentTermsDays }),
    },
    ...(seesCredit
      ? ([
          {
            key: "limit",
            title: t("limit"),
            align: "end",
            render: (edge) => <Money value={edge.exposure?.limit} />,
          },
          {
            key: "free",
            title: t("free"),
            align: "end",
            render: (edge) => <Money value={edge.exposure?.free} />,
          },
        ] as const satisfies readonly Column<Listed>[])
      : []),
  ];
}
