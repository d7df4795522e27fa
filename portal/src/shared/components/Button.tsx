import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link } from "react-router";

interface Look {
  readonly kind?: "primary" | "plain" | "danger" | "quiet";
  readonly size?: "small" | "normal";
}

/** `isBusy` shows that it is under way, and keeps it from being pressed twice. */
export function Button({
  kind = "plain",
  size = "normal",
  isBusy = false,
  className = "",
  disabled = false,
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & Look & { readonly isBusy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${kind} button-${size} ${className}`}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
    >
      {isBusy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

/** Looks like a button and goes somewhere. */
export function ButtonLink({
  to,
  kind = "plain",
  size = "normal",
  children,
}: Look & { readonly to: string; readonly children: ReactNode }) {
  return (
    <Link to={to} className={`button button-${kind} button-${size}`}>
      {children}
    </Link>
  );
}
