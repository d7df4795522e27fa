import { useParams } from "react-router";

import { StatementPageDocument } from "../../gql/graphql";
import {
  ButtonLink,
  DownloadLink,
  Empty,
  ErrorState,
  Loading,
  Page,
} from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import "./money.css";
import { PaperDrawer } from "./papers/PaperDrawer";
import { StatementActions } from "./statement/StatementActions";
import { StatementBody } from "./statement/StatementBody";
import { statementTexts } from "./statement/texts";
import { moneyTexts } from "./texts";
import { ToldPlace } from "./told";

/** A statement of account, as either party reads it. */
export default function StatementPage() {
  const t = useTexts(statementTexts);
  const words = useTexts(moneyTexts);
  const { id = "" } = useParams();
  const query = useGraph({
    kinds: ["STATEMENT"],
    document: StatementPageDocument,
    variables: { id },
  });
  const statement = query.data?.statement;
  const file = `/files/statements/${encodeURIComponent(id)}`;
  return (
    <Page
      title={statement ? t("title", { number: statement.number }) : t("plain")}
      breadcrumbs={[
        { to: "/money", text: words("title") },
        { to: "/money?tab=statements", text: words("tab.statements") },
      ]}
      actions={
        statement && (
          <>
            {statement.relationship && (
              <ButtonLink to={`/money/${encodeURIComponent(statement.relationship.id)}`}>
                {t("account")}
              </ButtonLink>
            )}
            <DownloadLink path={`${file}.xlsx`}>{t("xlsx")}</DownloadLink>
            <DownloadLink path={`${file}.pdf`}>{t("pdf")}</DownloadLink>
          </>
        )
      }
    >
      {query.isPending && <Loading rows={10} onRetry={() => void query.refetch()} />}
      {query.error !== null && !statement && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && !statement && <Empty>{t("missing")}</Empty>}
      {statement && (
        <ToldPlace>
          <StatementActions statement={statement} />
          <StatementBody statement={statement} />
          <PaperDrawer />
        </ToldPlace>
      )}
    </Page>
  );
}
