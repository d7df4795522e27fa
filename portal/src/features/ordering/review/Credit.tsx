import type { ReviewPlaceQuery } from "../../../gql/graphql";
import { ErrorLine, Gauge, Loading, Notice, Section } from "../../../shared/components";
import { useTexts } from "../../../shared/i18n/i18n";
import { reviewTexts } from "./reviewTexts";

/** What may still be ordered for: credit and deposit as one. */
export function Credit({
  relationship,
  error,
  isLoading,
}: {
  readonly relationship: ReviewPlaceQuery["relationship"];
  readonly error: Error | null;
  readonly isLoading: boolean;
}) {
  const t = useTexts(reviewTexts);
  const exposure = relationship?.exposure ?? null;
  const isPrepaid = exposure?.owed.amount.startsWith("-") ?? false;
  return (
    <Section title={t("credit")}>
      {isLoading && <Loading rows={2} />}
      <ErrorLine error={error} />
      {relationship !== null && exposure === null && <p>{t("credit.none")}</p>}
      {exposure && (
        <>
          {exposure.isBlocked && <Notice kind="error">{t("credit.blocked")}</Notice>}
          <Gauge
            title={t("credit.title")}
            limit={exposure.limit}
            owed={exposure.owed}
            held={exposure.held}
            returnable={exposure.returnable}
            free={exposure.free}
          />
          {isPrepaid && (
            <p>{t(relationship?.side === "SELLER" ? "credit.deposit.seller" : "credit.deposit")}</p>
          )}
        </>
      )}
    </Section>
  );
}
