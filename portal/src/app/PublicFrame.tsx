import { Outlet } from "react-router";

import { Icon } from "../shared/components";
import { chooseLocale, useLocale } from "../shared/i18n/i18n";

/** Around the pages of somebody who is not signed in. */
export function PublicFrame() {
  const locale = useLocale();
  return (
    <div className="public">
      <header className="public-header">
        <span className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span className="brand-name">Tradeline</span>
        </span>
        <button
          type="button"
          className="button button-quiet"
          lang={locale === "zh" ? "en" : "zh-CN"}
          onClick={() => chooseLocale(locale === "zh" ? "en" : "zh")}
        >
          <Icon name="globe" />
          {locale === "zh" ? "English" : "中文"}
        </button>
      </header>
      <main className="public-card">
        <Outlet />
      </main>
    </div>
  );
}
