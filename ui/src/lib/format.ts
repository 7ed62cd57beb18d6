/** Numbers, sizes and times as people read them. */

const integer = new Intl.NumberFormat('en');
const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (value: number): string => integer.format(value);

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let [size, unit] = [value / 1000, 0];
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size >= 100 ? count(Math.round(size)) : decimal.format(size)} ${units[unit]}`;
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
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${Math.round((minutes % 60) / 10) * 10} min`;
}

const dateAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const longDay = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const longDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

export const dateTime = (seconds: number): string => dateAndTime.format(new Date(seconds * 1000));

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
  if (days === 0) return { title: 'Today', detail: longDay.format(day) };
  if (days === 1) return { title: 'Yesterday', detail: longDay.format(day) };
  const weekday = longDay.format(day).split(' ')[0]?.replace(',', '') ?? '';
  return { title: longDate.format(day), detail: weekday };
}

/** A number as short as it can be without losing digits. */
export const plain = (value: number): string => String(Number(value.toPrecision(12)));
