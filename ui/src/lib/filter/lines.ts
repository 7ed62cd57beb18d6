/** Lines of the filter: what they say of the values of a field, and how a click changes them. */
import type { FilterLine } from '../../api/queries';
import { alternatives, sameValue, unquoted, weighted } from '../query/alternatives';

export type Choice = 'included' | 'excluded' | 'off';
/** Whether a picture must have all chosen values, or one of them. */
export type Mode = 'all' | 'any';

export interface Chosen {
  included: string[];
  excluded: string[];
}

export const line = (field: string, value: string, more: Partial<FilterLine> = {}): FilterLine => ({
  field,
  operator: 'is',
  value,
  second: '',
  exclude: false,
  ...more,
});

export const linesOf = (lines: readonly FilterLine[], field: string): FilterLine[] =>
  lines.filter((one) => one.field === field);

export const linesWithout = (lines: readonly FilterLine[], field: string): FilterLine[] =>
  lines.filter((one) => one.field !== field);

/** A line that names values, and not a comparison. */
const names = (one: FilterLine, field: string): boolean => one.field === field && one.operator === 'is';

/** Words for presence and absence are values like others. */
function valuesOf(one: FilterLine): string[] {
  if (one.operator === 'none' || one.operator === 'any') return [one.operator];
  return one.operator === 'is' ? alternatives(one.value) : [];
}

export function chosenOf(lines: readonly FilterLine[], field: string): Chosen {
  const own = linesOf(lines, field);
  const values = (exclude: boolean): string[] => own.filter((one) => one.exclude === exclude).flatMap(valuesOf);
  return { included: values(false), excluded: values(true) };
}

const isNamed = (alternative: string, value: string): boolean => sameValue(weighted(alternative).name, value);

export function choiceOf(chosen: Chosen, value: string): Choice {
  if (chosen.included.some((one) => isNamed(one, value))) return 'included';
  return chosen.excluded.some((one) => isNamed(one, value)) ? 'excluded' : 'off';
}

/** How the lines of a field are joined; null where there are too few to tell. */
export function modeOf(lines: readonly FilterLine[], field: string): Mode | null {
  const included = lines.filter((one) => names(one, field) && !one.exclude);
  if (included.length > 1) return 'all';
  return included.some((one) => alternatives(one.value).length > 1) ? 'any' : null;
}

/** The lines after a value was included, excluded or let go. */
export function choose(lines: readonly FilterLine[], field: string, value: string, choice: Choice, mode: Mode): FilterLine[] {
  const others = without(lines, field, value);
  if (choice === 'off') return others;
  const written = value === 'none' || value === 'any' ? line(field, '', { operator: value }) : line(field, value);
  if (choice === 'excluded') return [...others, { ...written, exclude: true }];
  const first = mode === 'any' ? others.findIndex((one) => one.field === field && !one.exclude && valuesOf(one).length > 0) : -1;
  if (first < 0) return [...others, written];
  return others.map((one, place) => (place === first ? line(field, [...valuesOf(one), value].join('|')) : one));
}

function without(lines: readonly FilterLine[], field: string, value: string): FilterLine[] {
  return lines.flatMap((one) => {
    if (one.field !== field || !valuesOf(one).some((each) => isNamed(each, value))) return [one];
    const rest = valuesOf(one).filter((each) => !isNamed(each, value));
    return rest.length > 0 ? [line(field, rest.join('|'), { exclude: one.exclude })] : [];
  });
}

/** The same values, joined the other way. */
export function withMode(lines: readonly FilterLine[], field: string, mode: Mode): FilterLine[] {
  const included = lines.filter((one) => names(one, field) && !one.exclude);
  if (included.length === 0) return [...lines];
  const values = included.flatMap((one) => alternatives(one.value));
  const joined = mode === 'any' ? [line(field, values.join('|'))] : values.map((value) => line(field, value));
  const at = lines.indexOf(included[0] as FilterLine);
  const rest = lines.filter((one) => !included.includes(one));
  return [...rest.slice(0, at), ...joined, ...rest.slice(at)];
}

/** One included value takes the place of another: the same name with another weight. */
export function exchange(lines: readonly FilterLine[], field: string, old: string, next: string): FilterLine[] {
  return lines.map((one) =>
    names(one, field) && alternatives(one.value).includes(old)
      ? { ...one, value: alternatives(one.value).map((each) => (each === old ? next : each)).join('|') }
      : one,
  );
}

/** Yes, no, or not asked for, of a flag; presence fields ask with `any` and `none`. */
export function flagOf(lines: readonly FilterLine[], field: string): boolean | null {
  const own = linesOf(lines, field).at(-1);
  if (!own) return null;
  const yes = own.operator === 'any' || (own.operator === 'is' && unquoted(own.value).toLowerCase() === 'true');
  return yes !== own.exclude;
}

export function withFlag(lines: readonly FilterLine[], field: string, kind: string, value: boolean | null): FilterLine[] {
  const others = linesWithout(lines, field);
  if (value === null) return others;
  const asked = kind === 'presence' ? line(field, '', { operator: value ? 'any' : 'none' }) : line(field, String(value));
  return [...others, asked];
}
