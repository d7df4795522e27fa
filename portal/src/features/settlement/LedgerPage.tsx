import { useParams } from "react-router";

import { LedgerPageDocument } from "../../gql/graphql";
import { Empty, ErrorState, Loading, Page, useName } from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { Ledger } from "./ledger/Ledger";
import { ledgerTexts } from "./ledger/texts";
import "./money.css";
import { moneyTexts } from "./texts";
import { ToldPlace } from "./told";

/** The account of one relationship. */
export default function LedgerPage() {
  const t = useTexts(ledgerTexts);
  const words = useTexts(moneyTexts);
  const name = useName();
  const { relationshipId: id = "" } = useParams();
  const query = useGraph({
    kinds: ["CREDIT", "RELATIONSHIP", "ORDER", "SHIPMENT", "RETURN", "PAYMENT", "ADJUSTMENT"],
    document: LedgerPageDocument,
    variables: { id },
  });
  const account = query.data?.relationship;
  const side = account?.side ?? "BUYER";
  return (
    <Page
      title={account ? name(side === "SELLER" ? account.buyer : account.seller) : t("title")}
      breadcrumbs={[{ to: "/money", text: words("title") }]}
      subtitle={account && t(`subtitle.${side}`, { days: account.paymentTermsDays })}
    >
      {query.isPending && <Loading rows={8} onRetry={() => void query.refetch()} />}
      {query.error !== null && !account && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && !account && <Empty>{t("missing")}</Empty>}
      {account && (
        <ToldPlace>
          <Ledger account={account} />
        </ToldPlace>
      )}
    </Page>
  );
}
