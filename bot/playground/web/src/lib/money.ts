/** Integer millionths, written as money. */

/** `micros` in the way of `locale`; small charges keep up to four decimals.
 *  Without a currency it is a plain number. */
export function money(micros: number, currency: string | null, locale: string): string {
  const small = micros !== 0 && Math.abs(micros) < 10_000_000 && micros % 10_000 !== 0;
  return written(micros, currency, locale, small ? 4 : 2);
}

/** A balance in whole cents, rounded down as the app does: nobody is told of a cent that is not there. */
export const whole = (micros: number, currency: string | null, locale: string): string =>
  written(Math.floor(micros / 10_000) * 10_000, currency, locale, 2);

/** The same in whole cents, for figures that are read at a glance. */
export const cents = (micros: number, currency: string | null, locale: string): string =>
  written(micros, currency, locale, 2);

function written(micros: number, currency: string | null, locale: string, decimals: number): string {
  return new Intl.NumberFormat(locale, {
    ...(currency ? { style: "currency", currency } : {}),
    minimumFractionDigits: 2,
    maximumFractionDigits: decimals,
  })
    .format(micros / 1_000_000)
    .replace("-", "\u2212");
}
