/** Names of keys: what an event is called, how a name is written on a key cap, and which keys a browser keeps. */

/** The rating of a digit key: 1 to 9 as they are, 0 is ten; null for every other key. */
export function ratingOfKey(key: string): number | null {
  return /^[0-9]$/.test(key) ? (key === '0' ? 10 : Number(key)) : null;
}

type KeyLike = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'getModifierState'>;

/**
 * What a pressed key may be called, best name first. Signs are named by what is written, wherever they stand on the
 * keyboard, so they carry no shift; digits of the top row are also named by their place (`shift+1`).
 */
export function keyNames(event: KeyLike): string[] {
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead', 'Unidentified'].includes(event.key)) return [];
  const written = event.getModifierState('AltGraph');
  const ctrl = (event.ctrlKey || event.metaKey) && !written ? 'ctrl+' : '';
  const alt = event.altKey && !written ? 'alt+' : '';
  const shift = event.shiftKey ? 'shift+' : '';
  const digit = /^Digit([0-9])$/.exec(event.code)?.[1];
  const place = digit === undefined ? [] : [ctrl + alt + shift + digit];
  if (event.key.length > 1) return [ctrl + alt + shift + event.key, ...place];
  if (event.key === ' ') return [`${ctrl}${alt}${shift}Space`];
  const lower = event.key.toLowerCase();
  if (lower !== event.key.toUpperCase()) return [ctrl + alt + shift + lower, ...place];
  if (/^[0-9]$/.test(event.key)) return place.length > 0 ? place : [ctrl + alt + shift + event.key];
  return [ctrl + alt + event.key, ...place];
}

const CAPS: Readonly<Record<string, string>> = {
  ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Delete: 'Del', PageUp: 'PgUp',
  PageDown: 'PgDn', ctrl: 'Ctrl', shift: 'Shift', alt: 'Alt',
};

const capOf = (part: string): string => CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part);

/** `ctrl+k` as the caps Ctrl and K; a chord as one list per key. */
export function caps(name: string): string[][] {
  return name.split(' ').map((key) => (key.endsWith('+') ? [...key.slice(0, -1).split('+').filter(Boolean), '+'] : key.split('+')).map(capOf));
}

/** `ctrl+k` as one text: "Ctrl+K"; chords as "Y P". */
export const capText = (name: string): string => caps(name).map((key) => key.join('+')).join(' ');

/** As ARIA writes them, for `aria-keyshortcuts`; a chord has no such form. */
export function ariaKeys(names: readonly string[]): string | undefined {
  const words: Readonly<Record<string, string>> = { ctrl: 'Control', shift: 'Shift', alt: 'Alt' };
  const single = names.filter((name) => !name.includes(' ') && !name.endsWith('+'));
  const text = single.map((name) => name.split('+').map((part) => words[part] ?? part).join('+')).join(' ');
  return text || undefined;
}

/** Keys that browsers keep for themselves: a page that takes them gets nothing, or annoys. */
const KEPT = /^(ctrl\+(t|n|w|l|r|[1-9]|shift\+(c|p|t|n|w)|Tab|shift\+Tab)|alt\+(F4|d)|Tab|shift\+Tab|Escape|F12)$/;

/** True where a person cannot give this key to a command. */
export const isKept = (name: string): boolean => name.split(' ').some((key) => KEPT.test(key));
