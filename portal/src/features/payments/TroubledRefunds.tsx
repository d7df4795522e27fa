import { RefundSendAgainDocument, TroubledRefundsDocument } from "../../gql/graphql";
import {
  ConfirmButton,
  DateText,
  Empty,
  IntentProblems,
  Money,
  PagedTable,
  StatePill,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { paymentTexts } from "./texts";

const PAGE_SIZE = 50;

/** Money that consumers wait for, and that comes by itself no more. */
export function TroubledRefunds() {
  const t = useTexts(paymentTexts);
  const pages = usePages({
    kinds: ["RECONCILIATION", "SALE"],
    document: TroubledRefundsDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.troubledRefunds,
  });
  const sending = useIntent(RefundSendAgainDocument, "refundSendAgain", {
    touches: ["RECONCILIATION", "SALE"],
  });
  return (
    <>
      <p>{t("refunds.text")}</p>
      <IntentProblems intent={sending} />
      <PagedTable
        caption={t("tab.refunds")}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<Empty>{t("refunds.empty")}</Empty>}
        columns={[
          { key: "number", title: t("number"), render: ({ number }) => number },
          {
            key: "state",
            title: t("state"),
            render: ({ state, lastError }) => (
              <>
                <StatePill kind={state === "CLOSED" || state === "ABNORMAL" ? "bad" : "waiting"}>
                  {t(`state.${state}`)}
                </StatePill>{" "}
                {lastError}
              </>
            ),
          },
          {
            key: "merchant",
            title: t("merchant"),
            isWideOnly: true,
            render: ({ merchantId }) => merchantId,
          },
          {
            key: "requested",
            title: t("requested"),
            render: ({ requestedAt }) => <DateText value={requestedAt} isSince />,
          },
          {
            key: "amount",
            title: t("amount"),
            align: "end",
            render: ({ amount }) => <Money value={amount} />,
          },
          {
            key: "again",
            title: "",
            render: ({ id, canBeSentAgain }) =>
              canBeSentAgain && (
                <ConfirmButton
                  size="small"
                  title={t("sendAgain.title")}
                  text={t("sendAgain.text")}
                  confirmText={t("sendAgain")}
                  isBusy={sending.isRunning}
                  onConfirm={() => void sending.run({ refundId: id })}
                >
                  {t("sendAgain")}
                </ConfirmButton>
              ),
          },
        ]}
      />
    </>
  );
}
