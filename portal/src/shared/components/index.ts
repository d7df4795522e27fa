// All that pages are built from. What is heavy is not here: `Chart` and antd are loaded by the
// pages that need them.

export { Button, ButtonLink } from "./Button";
export { type Column, DataTable, PagedTable, type Selection } from "./DataTable";
export { ConfirmButton, Drawer, Modal } from "./Dialog";
export { DownloadLink } from "./DownloadLink";
export { CheckField, Field, SelectField, TextAreaField, TextField } from "./Field";
export { FormDialog } from "./FormDialog";
export { Gauge } from "./Gauge";
export { Icon, type IconName } from "./Icon";
export { Facts, Page, Section } from "./Page";
export { IntentProblems, ProblemList, problemAt, problemIn } from "./Problems";
export { Empty, ErrorLine, ErrorState, Loading, NoAccess, Notice } from "./States";
export { type Tab, Tabs } from "./Tabs";
export { ValidFrom, ValidTo } from "./Validity";
export { DateText, Money, Quantity, StatePill, UnitPrice, useName } from "./Values";
export { useUnsavedGuard } from "./useUnsavedGuard";
