/** What one calls the kinds of captions, their lengths, and what else may be wished for. */
import english from '../messages/en';
import type { CaptionType, Instructions } from '../api/captioning';
import { t, type MessageKey } from './messages.svelte';

const has = (name: string): boolean => name in english.enrich;

/** A type of the user's own, and what this page has no word for, is called as the server calls it. */
export const typeName = ({ name, title }: CaptionType): string => (has(`type-${name}`) ? t(`enrich.type-${name}` as MessageKey) : title);

export const wishName = ({ name, title }: Instructions['wishes'][number]): string => (has(`wish-${name}`) ? t(`enrich.wish-${name}` as MessageKey) : title);

/** A length in words of the server, as "medium-length", or a number of words. */
export function lengthName(length: string): string {
  const name = `length-${length.replaceAll(' ', '-')}`;
  return has(name) ? t(`enrich.${name}` as MessageKey) : length;
}
