/** Values of one field as the language writes them: alternatives, quotes and weights. */

/** Splits `a|"b|c"|d` at the bars that stand outside quotes and brackets. */
export function alternatives(value: string): string[] {
  const found: string[] = [];
  let [part, quoted, depth] = ['', false, 0];
  for (const letter of value) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && letter === '(') depth += 1;
    if (!quoted && letter === ')') depth -= 1;
    if (letter === '|' && !quoted && depth <= 0) {
      found.push(part.trim());
      part = '';
    } else part += letter;
  }
  found.push(part.trim());
  return found.filter((one) => one !== '');
}

/** The characters that a quoted value stands for. */
export function unquoted(value: string): string {
  const text = value.trim();
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** Whether two spellings ask for the same value; case and quotes do not matter. */
export const sameValue = (a: string, b: string): boolean => unquoted(a).toLowerCase() === unquoted(b).toLowerCase();

export interface Weighted {
  name: string;
  operator: string;
  weight: string;
}

const WEIGHTED = /^("(?:[^"]|"")*"|[^"<>=]+?)(>=|<=|<>|>|<|=)(\d*\.?\d+)$/;

/** `detail>0.5` as name, comparison and weight; without a weight these are empty. */
export function weighted(value: string): Weighted {
  const found = WEIGHTED.exec(value.trim());
  return found ? { name: found[1] ?? '', operator: found[2] ?? '', weight: found[3] ?? '' } : { name: value.trim(), operator: '', weight: '' };
}

/** A value with a comparison of its weight; without a weight the name alone. */
export const withWeight = ({ name, operator, weight }: Weighted): string => (weight ? `${name}${operator}${weight}` : name);
