// Numbers and plurals of a language, through Intl. Reading accepts "," and "." as decimal mark in every language.
export type Locale = "en" | "ru";
export const LOCALES: readonly Locale[] = ["en", "ru"];
export const isLocale = (value: unknown): value is Locale => value === "en" || value === "ru";

/** A text in every language; both hold the same keys. */
export type Texts<T> = Readonly<Record<Locale, T>>;

/** Texts in both languages, the second checked against the first. */
export const defineText = <T>(texts: { readonly en: T; readonly ru: NoInfer<T> }): Texts<T> => texts;

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

/** A number with up to `digits` significant digits; very small and large ones by powers of ten. NaN and ∞ as such. */
export function formatNumber(value: number, locale: Locale, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const isExtreme = size !== 0 && (size < 1e-4 || size >= 1e9);
  const options: Intl.NumberFormatOptions = isExtreme
    ? { notation: "scientific", maximumSignificantDigits: digits }
    : Number.isInteger(value)
      ? { maximumFractionDigits: 0 }
      : { maximumSignificantDigits: digits };
  // A true minus sign lines up with digits and is read as "minus".
  return formatOf(locale, options)
    .format(value)
    .replace(/-/g, "−")
    .replace(/E(−?\d+)$/, (_, power: string) => `·10${raised(power)}`);
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** "−15" as an exponent: "⁻¹⁵". */
const raised = (digits: string): string =>
  [...digits].map((digit) => (digit === "−" ? "⁻" : RAISED[Number(digit)]!)).join("");

/** An exponent as plain digits: "⁻¹⁵" is "-15". */
export const lowered = (digits: string): string =>
  [...digits].map((digit) => (digit === "⁻" ? "-" : String(RAISED.indexOf(digit)))).join("");

/** A share in 0 … 1 as per cent. */
export const formatPercent = (share: number, locale: Locale, digits = 1): string =>
  formatOf(locale, { style: "percent", maximumFractionDigits: digits }).format(share);

/** What a user typed as a number; undefined where it is none. Spaces between digits are thousands. */
export function parseNumber(text: string): number | undefined {
  const plain = text
    .trim()
    .replace(/[\s\u00a0\u202f]/g, "")
    .replace(/[−–]/g, "-")
    .replace(",", ".");
  if (plain === "" || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** Forms of a noun after a number, by CLDR's categories; `#` stands for the number. */
export interface PluralForms {
  readonly one: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

/** "3 steps", "3 шага": the form that the language wants after this number. */
export function plural(count: number, forms: PluralForms, locale: Locale): string {
  const category = new Intl.PluralRules(locale).select(count);
  const form = (forms as Partial<Record<Intl.LDMLPluralRule, string>>)[category] ?? forms.other;
  return form.replace("#", formatNumber(count, locale));
}
