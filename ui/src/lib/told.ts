/** What the server says, in the language of the page: by its code, and in English where the page knows no such code. */
import english from '../messages/en';
import { t, type MessageKey, type MessageValues } from './messages.svelte';

export interface Told {
  code: string;
  values: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Why something was not done. */
export function failureText(message: string, told: Told | null | undefined): string {
  return told && told.code in english.told ? t(`told.${told.code}` as MessageKey, told.values as MessageValues) : message;
}

/** What an action did: its parts one after the other. */
export function actionText(sentence: string, parts: readonly Told[]): string {
  if (parts.length === 0 || parts.some(({ code }) => !(code in english.history))) return sentence;
  return parts.map(({ code, values }) => t(`history.${code}` as MessageKey, shown(values))).join(t('history.and-then'));
}

/** Names stand in quotes, the first of many. */
function shown(values: Told['values']): MessageValues {
  const { names, more = 0, ...others } = values;
  if (!Array.isArray(names)) return others as MessageValues;
  const quoted = (names as string[]).map((name) => t('history.quoted', { name }));
  if (Number(more) > 0) quoted.push(t('history.more', { count: Number(more) }));
  return { ...(others as MessageValues), names: quoted.join(t('history.comma')) };
}
