import { defineTexts } from "../../../shared/i18n/i18n";

/** Rows that are typed or pasted. */
export const sheetTexts = defineTexts("catalog.sheet", {
  zh: {
    row: "{{column}}，第 {{row}} 行",
    rowOf: "第 {{row}} 行",
    remove: "删除",
    removeRow: "删除第 {{row}} 行",
    looking: "正在查找…",
    unknown: "没有此编码的商品；请核对编码或条码。",
    ambiguous: "有多个商品用此编码，请选择",
    missing: "必填",
    counted: "已填 {{count}} 行",
    portion: "共 {{count}} 行；先处理前 {{portion}} 行，其余随后。",
    leftOut: "一次最多 1000 行，{{count}} 行未粘贴进来。",
    find: "按名称查找商品",
    "find.hint": "名称、拼音、编码或条码",
    "find.none": "没有找到商品。",
  },
  en: {
    row: "{{column}}, row {{row}}",
    rowOf: "Row {{row}}",
    remove: "Remove",
    removeRow: "Remove row {{row}}",
    looking: "Looking…",
    unknown: "No SKU has this code; check the code or barcode.",
    ambiguous: "Several SKUs have this code: choose one",
    missing: "Needed",
    counted: "Rows filled in: {{count}}",
    portion: "{{count}} rows; the first {{portion}} come first, the others follow.",
    leftOut: "At most 1000 rows at once; {{count}} were not pasted.",
    find: "Find a SKU by name",
    "find.hint": "Name, pinyin, code or barcode",
    "find.none": "No SKU was found.",
  },
});
