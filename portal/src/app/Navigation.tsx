import { NavLink } from "react-router";

import { Icon } from "../shared/components";
import { useTexts } from "../shared/i18n/i18n";
import { type PageRule, pagesFor } from "./pages";
import { useSession } from "./session";
import { appTexts } from "./texts";

const GROUPS = ["trade", "money", "setup"] as const;
const BOTTOM_LINKS_MAX = 3;

/** Links to all that one may open. */
export function Navigation({ isInDrawer = false }: { readonly isInDrawer?: boolean }) {
  const t = useTexts(appTexts);
  const { permissions, sides } = useSession();
  const pages = pagesFor(permissions, sides);
  return (
    <nav
      className={isInDrawer ? "navigation navigation-drawer" : "navigation navigation-side"}
      aria-label={t("nav.label")}
    >
      <NavLink to="/" end className="navigation-link">
        <Icon name="home" />
        {t("nav.home")}
      </NavLink>
      {GROUPS.map((group) => {
        const links = pages.filter((page) => page.group === group);
        if (links.length === 0) return null;
        return (
          <div key={group} className="navigation-group">
            <p className="navigation-title">{t(`nav.${group}`)}</p>
            {links.map((page) => (
              <NavLink key={page.path} to={page.path} className="navigation-link">
                <Icon name={page.icon} />
                {t(page.text)}
              </NavLink>
            ))}
          </div>
        );
      })}
    </nav>
  );
}

/** On a phone: the first few, and all others behind `onMore`. */
export function BottomBar({ onMore }: { readonly onMore: () => void }) {
  const t = useTexts(appTexts);
  const { permissions, sides } = useSession();
  const links: readonly PageRule[] = pagesFor(permissions, sides).slice(0, BOTTOM_LINKS_MAX);
  return (
    <nav className="bottom-bar" aria-label={t("nav.label")}>
      <NavLink to="/" end className="bottom-link">
        <Icon name="home" />
        {t("nav.home")}
      </NavLink>
      {links.map((page) => (
        <NavLink key={page.path} to={page.path} className="bottom-link">
          <Icon name={page.icon} />
          {t(page.text)}
        </NavLink>
      ))}
      <button type="button" className="bottom-link" onClick={onMore}>
        <Icon name="menu" />
        {t("nav.more")}
      </button>
    </nav>
  );
}
