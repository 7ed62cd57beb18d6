/** Writing terms of the query language with the quotes they need. */

/** A value as it may stand after `field:`; quoted where it holds anything but plain characters. */
export function quoteValue(value: string): string {
  const plain = /^[\p{L}\p{N}_./+@#%-]+$/u.test(value) && !value.startsWith('-') && !/^(none|any)$/i.test(value);
  return plain && !value.includes('..') ? value : `"${escapeQuotes(value)}"`;
}

/** Exact characters, as text without a field. */
export const exactText = (value: string): string => `"${escapeQuotes(value)}"`;

const escapeQuotes = (value: string): string => value.replaceAll('"', '""');

export const term = (field: string, value: string | number): string => `${field}:${quoteValue(String(value))}`;

/** A folder and everything below it. */
export const inFolder = (folder: string): string => `in:${exactText(folder)}`;
