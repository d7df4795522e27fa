import { useState } from "react";

import { Button, ErrorLine, Modal, ProblemList } from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { draftTexts } from "./draftTexts";
import { filled } from "./rows";
import type { OrderDraft } from "./useOrderDraft";

/** What keeps the draft from being saved, and what to do about it. */
export function DraftTrouble({ order }: { readonly order: OrderDraft }) {
  const { status, error, problems, keeper } = order;
  if (status === "changed") return <DraftConflict order={order} />;
  if (status !== "failed") return null;
  return (
    <>
      <SaveError error={error} onRetry={() => void keeper.refresh()} />
      <ProblemList problems={problems} />
    </>
  );
}

function SaveError({
  error,
  onRetry,
}: {
  readonly error: Error | null;
  onRetry(): void;
}) {
  const t = useTexts(draftTexts);
  if (error === null) return null;
  return (
    <div className="draft-failed">
      <ErrorLine error={error} />
      <Button onClick={onRetry}>{t("failed.retry")}</Button>
    </div>
  );
}

/** Two versions of one draft: nothing is thrown away until somebody says which. */
function DraftConflict({ order }: { readonly order: OrderDraft }) {
  const t = useTexts(draftTexts);
  const { moment, integer } = useFormat();
  const [isBusy, setIsBusy] = useState(false);
  const { theirs, rows, error, keeper } = order;
  const choose = (action: () => Promise<void>) => {
    setIsBusy(true);
    void action().finally(() => setIsBusy(false));
  };
  return (
    <Modal
      title={t("changed.title")}
      isOpen
      footer={
        <>
          <Button isBusy={isBusy} onClick={() => choose(keeper.takeTheirs)}>
            {t("changed.theirs")}
          </Button>
          <Button kind="primary" isBusy={isBusy} onClick={() => choose(keeper.keepMine)}>
            {t("changed.mine")}
          </Button>
        </>
      }
    >
      <p>{t("changed.text")}</p>
      <ul className="draft-versions">
        <li>{t("changed.here", { count: integer(filled(rows).length) })}</li>
        {theirs !== null && (
          <li>
            {t("changed.there", {
              count: integer(theirs.rows.length),
              moment: moment(theirs.savedAt),
            })}
          </li>
        )}
      </ul>
      <ErrorLine error={error} />
    </Modal>
  );
}
