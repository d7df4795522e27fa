import { defineTexts } from "../../../shared/i18n/i18n";

export const receivingTexts = defineTexts("ordering.receiving", {
  zh: {
    warehouse: "收货仓库",
    byLine: "逐行选择",
    meantFor: "收货仓库：{{name}}",
    cameInto: "入库：{{name}}",
  },
  en: {
    warehouse: "Received in",
    byLine: "Choose for each line",
    meantFor: "For {{name}}",
    cameInto: "Put into {{name}}",
  },
});
