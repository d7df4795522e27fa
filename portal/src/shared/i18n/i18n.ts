// One instance for the whole portal. Texts are registered where they are defined, so that those of
// a page come along with the page.

import i18next from "i18next";
import { useCallback } from "react";
import { initReactI18next, useTranslation } from "react-i18next";

import { recall, remember } from "../device";

export type Locale = "zh" | "en";

const KEPT_AS = "tradeline.locale";

export interface Texts<Key extends string> {
  readonly namespace: string;
  readonly zh: Readonly<Record<Key, string>>;
  readonly en: Readonly<Record<Key, string>>;
}

export type Translate<Key extends string> = (
  key: Key,
  values?: Readonly<Record<string, string | number>>,
) => string;

void i18next.use(initReactI18next).init({
  lng: keptLocale() ?? browserLocale(),
  fallbackLng: false,
  resources: {},
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false }, // React escapes
  react: { useSuspense: false },
  showSupportNotice: false,
} as Parameters<typeof i18next.init>[0]);
document.documentElement.lang = languageTag(currentLocale());

/** The texts of a feature, in both languages, under its own name. */
export function defineTexts<const Zh extends Readonly<Record<string, string>>>(
  namespace: string,
  texts: { readonly zh: Zh; readonly en: Readonly<Record<keyof Zh, string>> },
): Texts<keyof Zh & string> {
  i18next.addResourceBundle("zh", namespace, texts.zh);
  i18next.addResourceBundle("en", namespace, texts.en);
  return { namespace, ...texts } as Texts<keyof Zh & string>;
}

export function useTexts<Key extends string>(texts: Texts<Key>): Translate<Key> {
  const { t } = useTranslation(texts.namespace);
  // Keys are checked against the texts above, which the library's own types know nothing of.
  const translate = t as unknown as (key: string, values: object) => string;
  return useCallback((key, values = {}) => translate(key, values), [translate]);
}

export function useLocale(): Locale {
  const { i18n } = useTranslation();
  return i18n.language === "en" ? "en" : "zh";
}

export function currentLocale(): Locale {
  return i18next.language === "en" ? "en" : "zh";
}

/** For `Intl` and for the `lang` attribute. */
export function languageTag(locale: Locale): string {
  return locale === "zh" ? "zh-CN" : "en";
}

/** Speak this language from now on, on this device. */
export function chooseLocale(locale: Locale): void {
  remember(KEPT_AS, locale);
  speak(locale);
}

/** The account's language counts as long as none was chosen on this device. */
export function suggestLocale(locale: Locale): void {
  if (keptLocale() === null) speak(locale);
}

function speak(locale: Locale): void {
  if (locale !== currentLocale()) void i18next.changeLanguage(locale);
  document.documentElement.lang = languageTag(locale);
}

function keptLocale(): Locale | null {
  const kept = recall(KEPT_AS);
  return kept === "zh" || kept === "en" ? kept : null;
}

function browserLocale(): Locale {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => tag === "zh" || tag === "en") === "en" ? "en" : "zh";
}
