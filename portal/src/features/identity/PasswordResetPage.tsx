import { appTexts } from "../../app/texts";
import { Empty, Page } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";

export default function PasswordResetPage() {
  const t = useTexts(appTexts);
  return (
    <Page title={t("nav.account")}>
      <Empty>{t("building.text")}</Empty>
    </Page>
  );
}
