import { appTexts } from "../../app/texts";
import { Empty, Page } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";

export default function SalesPage() {
  const t = useTexts(appTexts);
  return (
    <Page title={t("nav.sales")}>
      <Empty>{t("building.text")}</Empty>
    </Page>
  );
}
