/** Every text that a person reads: `t('grid.selected', { count })`. The texts are ICU messages in ../messages. */
import { IntlMessageFormat } from 'intl-messageformat';
import english from '../messages/en';
import { locale } from './locale.svelte';

type English = typeof english;
/** `subject.name`, as the English files have them. */
export type MessageKey = { [S in keyof English & string]: `${S}.${keyof English[S] & string}` }[keyof English & string];
export type MessageValues = Readonly<Record<string, string | number | boolean | Date>>;

const compiled = new Map<string, IntlMessageFormat>();

function textOf(key: string): string {
  const dot = key.indexOf('.');
  const [subject, name] = [key.slice(0, dot), key.slice(dot + 1)];
  return locale.texts[subject]?.[name] ?? (english as typeof locale.texts)[subject]?.[name] ?? key;
}

/** The text of a key in the language of the page, English where the language lacks it. */
export function t(key: MessageKey, values?: MessageValues): string {
  const text = textOf(key);
  if (!/[{'<]/.test(text)) return text;
  const id = `${locale.format} ${text}`;
  let message = compiled.get(id);
  if (!message) {
    message = new IntlMessageFormat(text, locale.format, undefined, { ignoreTag: true });
    compiled.set(id, message);
  }
  return String(message.format(values as Record<string, string | number | boolean | Date> | undefined));
}
