/** Times as the viewer's browser tells them: its zone, the viewed-as person's language. */

/** A Slack `ts`, seconds, milliseconds or an ISO string, as a date. */
export function toDate(at: string | number): Date {
  const seconds = typeof at === "number" ? at : /^\d+(\.\d+)?$/.test(at) ? Number(at) : Number.NaN;
  if (Number.isNaN(seconds)) return new Date(at);
  return new Date(seconds > 1e11 ? seconds : seconds * 1000);
}

const format = (date: Date, locale: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(locale, options).format(date);

export const clock = (date: Date, locale: string) => format(date, locale, { timeStyle: "short" });
export const clockSeconds = (date: Date, locale: string) => format(date, locale, { timeStyle: "medium" });
export const full = (date: Date, locale: string) =>
  format(date, locale, { dateStyle: "full", timeStyle: "medium" });

/** The calendar day in the viewer's zone, for telling days apart. */
export const dayKey = (date: Date) => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;

function relativeDay(date: Date, now: Date, locale: string): string | null {
  const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000);
  if (Math.abs(days) > 1) return null;
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
}

/** "Today", "Yesterday" or the date, for the line between two days. */
export function dayLabel(date: Date, now: Date, locale: string): string {
  const near = relativeDay(date, now, locale);
  if (near) return near.charAt(0).toLocaleUpperCase(locale) + near.slice(1);
  return format(date, locale, { weekday: "long", day: "numeric", month: "long" });
}

const DATES: Record<string, Intl.DateTimeFormatOptions> = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
};

function ago(date: Date, now: Date, locale: string): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(seconds, "second");
  if (size < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

/** Slack's date format string, such as `{date_short} {time}`, filled in. */
export function fillDateFormat(pattern: string, date: Date, now: Date, locale: string): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, token: string) => {
    if (token === "time") return clock(date, locale);
    if (token === "time_secs") return clockSeconds(date, locale);
    if (token === "ago") return ago(date, now, locale);
    if (token === "day_divider_pretty") return dayLabel(date, now, locale);
    const plain = token.replace(/_pretty$/, "");
    const options = DATES[plain];
    if (!options) return whole;
    const near = token.endsWith("_pretty") ? relativeDay(date, now, locale) : null;
    return near ?? format(date, locale, options);
  });
}
