/** Numbers as people write them: 2mb rather than 2097152, where that is exact. */

const UNITS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  filesize: [
    ['gb', 1024 ** 3],
    ['mb', 1024 ** 2],
    ['kb', 1024],
  ],
  pixels: [['mp', 1_000_000]],
};
const MOST_DIGITS = 2;

export function shownNumber(field: string, value: string | null): string {
  if (value === null) return '';
  const number = Number(value);
  for (const [unit, factor] of UNITS[field] ?? []) {
    const times = number / factor;
    if (times >= 1 && Number(times.toFixed(MOST_DIGITS)) === times) return `${times}${unit}`;
  }
  return value;
}
