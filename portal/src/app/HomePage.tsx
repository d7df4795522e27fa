import { Link } from "react-router";

import { Empty, Icon, Page, useName } from "../shared/components";
import { useTexts } from "../shared/i18n/i18n";
import { pagesFor } from "./pages";
import { useSession } from "./session";
import { appTexts } from "./texts";

/** Where everybody begins: what waits, and the ways to all that one may do. */
export function HomePage() {
  const t = useTexts(appTexts);
  const { viewer, permissions, sides } = useSession();
  const name = useName();
  const pages = pagesFor(permissions, sides);
  return (
    <Page
      title={t("home.hello", { name: viewer.account?.name ?? name(viewer.organization) })}
      subtitle={name(viewer.organization)}
    >
      {pages.length === 0 && <Empty>{t("home.none")}</Empty>}
      <ul className="home-links">
        {pages.map((page) => (
          <li key={page.path}>
            <Link to={page.path} className="home-link">
              <Icon name={page.icon} />
              {t(page.text)}
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
