import { describe, expect, test, vi } from "vitest";

import {
  formatDay,
  formatDecimal,
  formatMoney,
  formatSince,
  formatTradeMoment,
  formatUnitPrice,
  shareOf,
} from "../src/shared/i18n/format";

describe("a sum", () => {
  test("is cut into thousands without changing a digit of it", () => {
    expect(formatDecimal("0.00")).toBe("0.00");
    expect(formatDecimal("999")).toBe("999");
    expect(formatDecimal("1000.50")).toBe("1,000.50");
    expect(formatDecimal("-1234567.5")).toBe("-1,234,567.5");
    expect(formatDecimal("90071992547409931234.99")).toBe("90,071,992,547,409,931,234.99");
    expect(formatDecimal("0.0375")).toBe("0.0375");
  });

  test("bears the sign of its currency, behind that of a debt", () => {
    expect(formatMoney({ amount: "1234.50", currency: "CNY" }, "zh")).toBe("¥1,234.50");
    expect(formatMoney({ amount: "1234.50", currency: "CNY" }, "en")).toBe("CN¥1,234.50");
    expect(formatMoney({ amount: "-8.00", currency: "HKD" }, "zh")).toBe("-HK$8.00");
    expect(formatMoney({ amount: "8", currency: "??" }, "zh")).toBe("?? 8");
  });

  test("for one unit has the decimals of its currency, or more", () => {
    expect(formatUnitPrice({ amount: "2.6", currency: "CNY" }, "zh")).toBe("¥2.60");
    expect(formatUnitPrice({ amount: "8", currency: "CNY" }, "zh")).toBe("¥8.00");
    expect(formatUnitPrice({ amount: "0.0375", currency: "CNY" }, "zh")).toBe("¥0.0375");
    expect(formatUnitPrice({ amount: "120", currency: "JPY" }, "en")).toBe("¥120");
  });

  test("that is none is shown as it came", () => {
    expect(formatDecimal("1e9")).toBe("1e9");
  });
});

test("a day is the same day in every time zone", () => {
  expect(formatDay("2026-03-01", "zh")).toBe("2026年3月1日");
  expect(formatDay("2026-03-01", "en")).toBe("Mar 1, 2026");
});

test("how long ago is told by the largest unit that fits", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  expect(formatSince("2026-03-07T12:00:00Z", "en", now)).toBe("3 days ago");
  expect(formatSince("2026-03-10T09:00:00Z", "zh", now)).toBe("3小时前");
  expect(formatSince("2026-03-10T11:59:40Z", "en", now)).toBe("now");
});

test("a share to draw stays on the bar", () => {
  expect(shareOf("25.00", "100.00")).toBe(0.25);
  expect(shareOf("300", "100")).toBe(1);
  expect(shareOf("-5", "100")).toBe(0);
  expect(shareOf("5", "0")).toBe(0);
});

test.each(["America/New_York", "Asia/Shanghai", "Pacific/Auckland"])(
  "a period ends at the trade's midnight, also for a reader in %s",
  (zone) => {
    vi.stubEnv("TZ", zone);
    expect(formatTradeMoment("2026-03-31T16:00:00Z", "en")).toMatch(/Apr 1, 2026, 12:00\sAM/);
    expect(formatTradeMoment("2026-03-31T16:00:00Z", "zh")).toBe("2026年4月1日 00:00");
    vi.unstubAllEnvs();
  },
);
