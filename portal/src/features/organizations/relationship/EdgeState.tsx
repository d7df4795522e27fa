import type { RelationshipState } from "../../../gql/graphql";
import { StatePill } from "../../../shared/components";
import { useTexts } from "../../../shared/i18n/i18n";
import { organizationsTexts } from "../texts";

const KINDS = {
  PROPOSED: "waiting",
  ACTIVE: "good",
  SUSPENDED: "bad",
  ENDED: "neutral",
} as const satisfies Record<RelationshipState, string>;

/** The state of an edge in words, and whether its seller stopped new orders. */
export function EdgeState({
  edge,
}: {
  readonly edge: {
    readonly state: RelationshipState;
    readonly exposure?: { readonly isBlocked: boolean } | null;
  };
}) {
  const t = useTexts(organizationsTexts);
  return (
    <span className="row-actions">
      <StatePill kind={KINDS[edge.state]}>{t(`state.${edge.state}`)}</StatePill>
      {edge.exposure?.isBlocked && <StatePill kind="bad">{t("blocked")}</StatePill>}
    </span>
  );
}
