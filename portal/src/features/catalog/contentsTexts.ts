import { defineTexts } from "../../shared/i18n/i18n";

/** Bundles, and what they are made of. */
export const contentsTexts = defineTexts("catalog.contents", {
  zh: {
    contents: "套装内含：{{parts}}",
    comma: "、",
    components: "套装组件",
    "components.hint":
      "留空即为单品。填写后即为套装：没有自己的库存，按组件扣减；组件建立后不能更改。",
    "component.add": "加入组件",
    "component.quantity": "每套 {{code}} 的数量",
    "component.remove": "移出 {{code}}",
    remove: "移出",
    "quantity.fault": "请填 1 至 1000000 的整数",
  },
  en: {
    contents: "Bundle of {{parts}}",
    comma: ", ",
    components: "Components of a bundle",
    "components.hint":
      "Leave it empty for a single item. With components it is a bundle: it has no stock of its own but takes theirs, and they cannot be changed later.",
    "component.add": "Add a component",
    "component.quantity": "{{code}} in one bundle",
    "component.remove": "Take out {{code}}",
    remove: "Take out",
    "quantity.fault": "A whole number from 1 to 1000000",
  },
});
