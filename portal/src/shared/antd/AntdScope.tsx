// antd for pages that are loaded later; never import it from the shell, the sign-in or the order
// page: the first load has a budget.

import { ConfigProvider, type ThemeConfig } from "antd";
import { type ReactNode, useEffect, useState } from "react";

import { type Locale, useLocale } from "../i18n/i18n";

type AntdLocale = NonNullable<Parameters<typeof ConfigProvider>[0]["locale"]>;

const LOCALES: Record<Locale, () => Promise<{ default: AntdLocale }>> = {
  zh: () => import("antd/locale/zh_CN"),
  en: () => import("antd/locale/en_US"),
};

// The same values as in `app/base.css`, darkened where antd's own fall short of WCAG AA.
const THEME: ThemeConfig = {
  token: {
    colorPrimary: "#16406f",
    colorLink: "#16406f",
    colorSuccess: "#17633f",
    colorWarning: "#7a4a00",
    colorError: "#a3241d",
    colorText: "#1b2430",
    colorTextSecondary: "#4a5666",
    colorTextTertiary: "#626d7d",
    colorTextDescription: "#626d7d",
    colorTextPlaceholder: "#626d7d",
    colorTextDisabled: "#626d7d",
    colorBorder: "#7d8898",
    controlItemBgActive: "#e3ebf5",
    controlItemBgHover: "#eef1f5",
    borderRadius: 6,
    controlHeight: 34,
    fontFamily: "inherit",
    motion: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  },
};

/** Around a page, or the part of it, that uses antd's controls. */
export function AntdScope({ children }: { readonly children: ReactNode }) {
  const locale = useLocale();
  const [words, setWords] = useState<AntdLocale>();
  useEffect(() => {
    let isCurrent = true;
    const use = (loaded: { readonly default: AntdLocale }) => {
      if (isCurrent) setWords(loaded.default);
    };
    // Without a network, antd says its few words in its own language.
    void LOCALES[locale]().then(use, () => undefined);
    return () => {
      isCurrent = false;
    };
  }, [locale]);
  return (
    <ConfigProvider theme={THEME} {...(words && { locale: words })}>
      {children}
    </ConfigProvider>
  );
}
