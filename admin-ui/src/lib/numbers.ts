// Numbers: shown by the browser's language, read from what people type, sent as exact text.
import { locale } from "./i18n";

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.NumberFormat(locale, options);
    formats.set(key, made);
  }
  return made;
}

/** Four digits stay together, so that years read as years. */
export function formatNumber(value: number | string, scale?: number): string {
  const n = Number(value);
  if (!Number.isFinite(n)) return String(value);
  return format({ maximumFractionDigits: scale ?? 6, useGrouping: "min2" }).format(n);
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** In steps of 1024, as storage is sold. */
export function formatBytes(value: number): string {
  const step = value > 0 ? Math.min(Math.floor(Math.log2(value) / 10), BYTES.length - 1) : 0;
  const unit = { style: "unit", unit: BYTES[step] ?? "byte", unitDisplay: "short" } as const;
  return format({ ...unit, maximumFractionDigits: 1 }).format(value / 1024 ** step);
}

/** Whole amounts lose their zeros, so that columns of round sums stay quiet. */
export function formatCurrency(value: number | string, currency = "USD", scale = 2): string {
  const n = Number(value);
  if (!Number.isFinite(n)) return String(value);
  const digits = Number.isInteger(n) ? 0 : scale;
  try {
    return format({
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(n);
  } catch {
    return `${formatNumber(n, scale)} ${currency}`;
  }
}

export function currencySymbol(currency = "USD"): string {
  try {
    const parts = format({ style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(0);
    return parts.find((part) => part.type === "currency")?.value ?? currency;
  } catch {
    return currency;
  }
}

/**
 * Reads a typed number: spaces, currency signs and grouping are forgiven, "1.234,5" and "1,234.5" both work.
 * Answers exact decimal text ("1234.5"), "" for nothing, or null for what is no number.
 */
export function parseNumber(typed: string): string | null {
  let text = typed.replace(/[\s\u00a0'’_%]|\p{Sc}/gu, "");
  if (!text) return "";
  const comma = text.lastIndexOf(",");
  const dot = text.lastIndexOf(".");
  if (comma >= 0 && dot >= 0) {
    text = comma > dot ? text.replace(/\./g, "").replace(",", ".") : text.replace(/,/g, "");
  } else if (comma >= 0) {
    text = /^-?\d{1,3}(,\d{3})+$/.test(text) ? text.replace(/,/g, "") : text.replace(",", ".");
  } else if (/^-?\d{1,3}(\.\d{3}){2,}$/.test(text)) {
    text = text.replace(/\./g, "");
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return null;
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.replace(/^[+-]/, "").split(".");
  const trimmed = whole.replace(/^0+(?=\d)/, "") || "0";
  const exact = fraction ? `${trimmed}.${fraction}` : trimmed;
  return negative && /[1-9]/.test(exact) ? `-${exact}` : exact;
}
