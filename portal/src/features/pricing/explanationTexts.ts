import { defineTexts } from "../../shared/i18n/i18n";

/** How a price came to be. */
export const explanationTexts = defineTexts("pricing.explanation", {
  zh: {
    title: "价格说明",
    steps: "价格是这样得出的",
    none: "没有适用的价格。",
    price: "单价",
    quantity: "计价数量",
    amount: "金额",
    strategy: "取价规则",
    at: "取价时间",
    rejected: "未采用的价格及原因",
    "rejected.none": "没有其他价格。",
    "strategy.PRIORITY": "按层级优先：越接近贵我双方约定的价格越优先",
    "strategy.LOWEST": "取最低价",
    "strategy.CONTRACT_ONLY": "只用合同价",
  },
  en: {
    title: "How this price came to be",
    steps: "Step by step",
    none: "No price applies.",
    price: "Unit price",
    quantity: "Priced quantity",
    amount: "Amount",
    strategy: "Rule",
    at: "Priced at",
    rejected: "Not applied, and why",
    "rejected.none": "There was no other price.",
    "strategy.PRIORITY": "By priority: the closer to what the two parties agreed, the better",
    "strategy.LOWEST": "The lowest price",
    "strategy.CONTRACT_ONLY": "Contract prices only",
  },
});
