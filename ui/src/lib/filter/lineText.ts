/** A line of the filter as it would be typed; only to be shown. */
import type { FilterLine, Operator } from '../../api/queries';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export function lineText({ field, operator, value, second, exclude }: FilterLine): string {
  return (exclude ? '-' : '') + (field === 'prompt' ? wordsText(operator, value) : `${field}${valueText(operator, value, second)}`);
}

const wordsText = (operator: Operator, value: string): string => (operator === 'contains' ? quoted(value) : value);

function valueText(operator: Operator, value: string, second: string): string {
  switch (operator) {
    case 'is':
      return `:${value}`;
    case 'none':
    case 'any':
      return `:${operator}`;
    case 'between':
      return `:${value}..${second}`;
    case 'contains':
    case 'starts with':
    case 'ends with':
      return `:${operator} ${quoted(value)}`;
    case 'since':
    case 'before':
      return `:${operator} ${value}`;
    default:
      return `${operator}${value}`;
  }
}
