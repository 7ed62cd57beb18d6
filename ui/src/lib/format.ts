/** Numbers, sizes and times as people read them, in the language of the page. */
import { locale } from './locale.svelte';
import { t, type MessageKey } from './messages.svelte';

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

/** Formatters are dear to make and cheap to keep. */
function numberFormat(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale.format} ${name}`;
  let format = numbers.get(key);
  if (!format) numbers.set(key, (format = new Intl.NumberFormat(locale.format, options)));
  return format;
}

function dateFormat(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.format} ${name}`;
  let format = dates.get(key);
  if (!format) dates.set(key, (format = new Intl.DateTimeFormat(locale.format, options)));
  return format;
}

/** A whole number with its thousands marks. */
export const count = (value: number): string => numberFormat('count', { maximumFractionDigits: 0 }).format(value);

/** A number with always so many digits after the point, for columns. */
export const fixed = (value: number, digits = 2): string =>
  numberFormat(`fixed${digits}`, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** A number as short as a chip needs it: 48K, 9.1K. */
export function compact(value: number): string {
  const digits = value < 10_000 ? 1 : 0;
  return numberFormat(`compact${digits}`, { notation: 'compact', maximumFractionDigits: digits }).format(value);
}

/** A number with at most so many digits after the point. */
export const decimal = (value: number, digits = 1): string =>
  numberFormat(`decimal${digits}`, { maximumFractionDigits: digits }).format(value);

/** A part of one as per cent, in the language's own way of writing it. */
export const percent = (part: number): string => t('common.percent', { value: Math.round(part * 100) });

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

const UNITS: readonly MessageKey[] = ['common.unit-b', 'common.unit-kb', 'common.unit-mb', 'common.unit-gb', 'common.unit-tb'];

export function bytes(value: number): string {
  let [size, unit] = [value, 0];
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const text = unit === 0 || size >= 100 ? count(Math.round(size)) : decimal(size);
  return t(UNITS[unit] ?? 'common.unit-b', { size: text });
}

/** Length of a video: 0:05, 12:34, 1:02:03. */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Time left, rounded: 22 s, 4 min, 1 h 10 min. */
export function remaining(seconds: number): string {
  if (seconds < 60) return t('common.seconds-short', { count: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('common.minutes-short', { count: minutes });
  const tens = Math.round(minutes / 10) * 10;
  return t('common.hours-short', { hours: Math.floor(tens / 60), minutes: tens % 60 });
}

export const dateTime = (seconds: number): string =>
  dateFormat('dateTime', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(
    new Date(seconds * 1000),
  );

export const dayAndYear = (day: Date): string =>
  dateFormat('dayAndYear', { day: 'numeric', month: 'long', year: 'numeric' }).format(day);

export const weekday = (day: Date): string => dateFormat('weekday', { weekday: 'long' }).format(day);

/** Short name of a month, from 0. */
export const monthName = (month: number): string => dateFormat('month', { month: 'short' }).format(new Date(2000, month, 1));

export const weekdayAndDay = (day: Date): string =>
  dateFormat('weekdayAndDay', { weekday: 'long', day: 'numeric', month: 'long' }).format(day);

export interface GroupTitle {
  title: string;
  detail: string;
}

const DAY = 86_400_000;

/** Title of a group: Today and Yesterday by name, other days as dates, everything else as it is. */
export function groupTitle(key: string, label: string, now: Date): GroupTitle {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(key);
  if (!match) return { title: label, detail: '' };
  const day = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const days = Math.round((today.getTime() - day.getTime()) / DAY);
  if (days === 0) return { title: t('common.today'), detail: weekdayAndDay(day) };
  if (days === 1) return { title: t('common.yesterday'), detail: weekdayAndDay(day) };
  return { title: dayAndYear(day), detail: weekday(day) };
}

/** A number as short as it can be without losing digits. */
export const plain = (value: number): string => String(Number(value.toPrecision(12)));
