import { defineTexts } from "../../../shared/i18n/i18n";

/** How the draft fares between this device and the server. */
export const draftTexts = defineTexts("ordering.draft", {
  zh: {
    "changed.title": "草稿在别处已被修改",
    "changed.text": "这份草稿在另一窗口或另一设备上保存过。请选择保留哪一份；选定之前，两份都不会丢失。",
    "changed.here": "此处：{{count}} 行",
    "changed.there": "服务器上：{{count}} 行，保存于 {{moment}}",
    "changed.mine": "保留此处内容",
    "changed.theirs": "采用服务器上的内容",
    "failed.retry": "重新保存",
  },
  en: {
    "changed.title": "The draft was changed elsewhere",
    "changed.text":
      "It was saved in another window or on another device. Choose which one to keep; neither is lost until you do.",
    "changed.here": "Here: {{count}} rows",
    "changed.there": "On the server: {{count}} rows, saved {{moment}}",
    "changed.mine": "Keep what is here",
    "changed.theirs": "Take what is on the server",
    "failed.retry": "Save again",
  },
});
