import { appTexts } from "../../app/texts";
import { Empty, Page } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";

export default function PriceListPage() {
  const t = useTexts(appTexts);
  return (
    <Page title={t("nav.priceLists")}>
      <Empty>{t("building.text")}</Empty>
    </Page>
  );
}
