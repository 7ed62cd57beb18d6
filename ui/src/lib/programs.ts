/** Programs that pictures may be opened with, as the settings have them. */

export interface Program {
  name: string;
  path: string;
  /** One argument a line. */
  args: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads what the server tells of the setting. */
export function programsOf(value: unknown): Program[] {
  if (!Array.isArray(value)) return [];
  return value.map((one: unknown) => {
    const row = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    const args = Array.isArray(row['arguments']) ? row['arguments'].map(text).join('\n') : '';
    return { name: text(row['name']), path: text(row['path']), args };
  });
}
