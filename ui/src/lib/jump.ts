/** What somebody may type to jump: the number of a picture, a date, or the beginning of a group's name. */
import type { Group } from '../api/types';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** A typed date as the beginning of a day's key: "2025", "2025-03", "2025-03-14". */
export function dateKey(text: string): string | null {
  const two = (part: string | undefined): string => (part ?? '').padStart(2, '0');
  const forward = /^(\d{4})(?:[-./ ](\d{1,2})(?:[-./ ](\d{1,2}))?)?$/.exec(text);
  if (forward) return [forward[1], forward[2] && two(forward[2]), forward[3] && two(forward[3])].filter(Boolean).join('-');
  const backward = /^(?:(\d{1,2})[-./ ])?(\d{1,2})[-./ ](\d{4})$/.exec(text);
  if (backward) return [backward[3], two(backward[2]), backward[1] && two(backward[1])].filter(Boolean).join('-');
  return null;
}

/** Position of the first picture of that date or group, or the picture of that number; null where there is none. */
export function jumpTarget(text: string, groups: readonly Group[], total: number): number | null {
  const asked = text.trim();
  if (asked === '' || total === 0) return null;
  const dated = groups.some((group) => DAY.test(group.key));
  const date = dated ? dateKey(asked) : null;
  // Four digits are a year where there are days and a picture's number elsewhere.
  if (date !== null) return startOfDate(groups, date);
  const digits = asked.replace(/[\s.,'’#]/g, '');
  if (/^\d{1,9}$/.test(digits)) return Math.min(total, Math.max(1, Number(digits))) - 1;
  const wanted = asked.toLowerCase();
  return (
    startOf(groups, (group) => group.label.toLowerCase().startsWith(wanted)) ??
    startOf(groups, (group) => group.label.toLowerCase().includes(wanted))
  );
}

/** In an order of days: the day asked for, else the next one that comes. */
function startOfDate(groups: readonly Group[], date: string): number | null {
  const days = groups.filter((group) => DAY.test(group.key));
  const falling = (days[0]?.key ?? '') > (days.at(-1)?.key ?? '');
  return startOf(groups, ({ key }) => {
    const part = key.slice(0, date.length);
    return DAY.test(key) && (falling ? part <= date : part >= date);
  });
}

function startOf(groups: readonly Group[], fits: (group: Group) => boolean): number | null {
  let start = 0;
  for (const group of groups) {
    if (fits(group)) return start;
    start += group.count;
  }
  return null;
}
