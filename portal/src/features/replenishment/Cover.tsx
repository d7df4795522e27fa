import { shareOf } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import { type Proposal, shortened, stepOf } from "./lines";
import { replenishmentTexts } from "./texts";

const FOR_EVER_DAYS = 9999;

/** How long the stock lasts, of how long it has to: full is what the next order has to cover. */
export function Cover({ line }: { readonly line: Proposal }) {
  const t = useTexts(replenishmentTexts);
  const { daysOfCover, kind } = line;
  // What nobody asks for lasts for ever, which is so many days.
  if (daysOfCover == null || Number(daysOfCover) >= FOR_EVER_DAYS) return <span className="cover-none">{t("cover.none")}</span>;
  const days = shortened(daysOfCover);
  const span = stepOf(line, "days");
  const leadTime = stepOf(line, "lead_time");
  // Shorter than goods take to come: there will be none for a while.
  const isLate = leadTime !== null && Number(daysOfCover) < Number(leadTime);
  return (
    <span className="cover">
      <span className="number">{t("cover.value", { days })}</span>
      {span !== null && kind !== "CLEAR" && (
        <span
          className={isLate ? "cover-bar cover-late" : "cover-bar"}
          role="img"
          aria-label={t("cover.picture", { days, span: shortened(span) })}
        >
          <span style={{ width: `${shareOf(daysOfCover, span) * 100}%` }} />
        </span>
      )}
    </span>
  );
}
