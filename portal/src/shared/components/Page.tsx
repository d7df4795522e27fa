import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "react-router";

import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";

let isFirstPage = true;

/** The frame of a page: its title, also of the window; where it stands; what can be done. */
export function Page({
  title,
  subtitle,
  breadcrumbs = [],
  actions,
  children,
}: {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly breadcrumbs?: readonly { readonly to: string; readonly text: string }[];
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const t = useTexts(commonTexts);
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = `${title} · Tradeline`;
  }, [title]);
  // Whoever listens hears where they have come to; the first page is read from its top.
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, [pathname]);
  return (
    <div className="page">
      {breadcrumbs.length > 0 && (
        <nav className="breadcrumbs" aria-label={t("breadcrumbs")}>
          <ol>
            {breadcrumbs.map((crumb) => (
              <li key={crumb.to}>
                <Link to={crumb.to}>{crumb.text}</Link>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <header className="page-header">
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {subtitle != null && <div className="page-subtitle">{subtitle}</div>}
        </div>
        {actions != null && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page, with a heading of its own. */
export function Section({
  title,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="section">
      <header className="section-header">
        <h2>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  );
}

/** Terms and what they are: the head of a document. */
export function Facts({
  items,
}: {
  readonly items: readonly { readonly term: ReactNode; readonly value: ReactNode }[];
}) {
  return (
    <dl className="facts">
      {items.map((item, index) => (
        <div key={index}>
          <dt>{item.term}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}
