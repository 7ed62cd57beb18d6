import { describe, expect, test } from 'vitest';
import { ariaKeys, caps, capText, isKept, keyNames } from '../src/lib/keys';

interface Pressed {
  key: string;
  code?: string;
  ctrl?: boolean;
  alt?: boolean;
  shift?: boolean;
  graph?: boolean;
}

const names = ({ key, code = '', ctrl = false, alt = false, shift = false, graph = false }: Pressed): string[] =>
  keyNames({ key, code, ctrlKey: ctrl, altKey: alt, shiftKey: shift, metaKey: false, getModifierState: (name) => graph && name === 'AltGraph' });

describe('names of keys', () => {
  test('letters are lower case, with their modifiers', () => {
    expect(names({ key: 'K', code: 'KeyK', ctrl: true, shift: true })).toEqual(['ctrl+shift+k']);
    expect(names({ key: 'a' })).toEqual(['a']);
    expect(names({ key: 'Ω' })).toEqual(['ω']);
    expect(names({ key: ' ', shift: true })).toEqual(['shift+Space']);
    expect(names({ key: 'Delete', shift: true })).toEqual(['shift+Delete']);
  });
  test('signs are named by what is written, wherever they stand', () => {
    expect(names({ key: '?', code: 'Slash', shift: true })).toEqual(['?']);
    expect(names({ key: '/', code: 'Digit7', shift: true })).toEqual(['/', 'shift+7']);
    expect(names({ key: '[', code: 'Digit8', ctrl: true, alt: true, graph: true })).toEqual(['[', '8']);
  });
  test('digits of the top row are named by their place, on every keyboard', () => {
    expect(names({ key: '1', code: 'Digit1' })).toEqual(['1']);
    expect(names({ key: '!', code: 'Digit1', shift: true })).toEqual(['!', 'shift+1']);
    expect(names({ key: '&', code: 'Digit1' })).toEqual(['&', '1']);
    expect(names({ key: '7', code: 'Numpad7' })).toEqual(['7']);
  });
  test('modifiers alone and dead keys have no name', () => {
    for (const key of ['Control', 'Shift', 'Alt', 'Dead']) expect(names({ key })).toEqual([]);
  });
  test('are written on caps', () => {
    expect(caps('ctrl++')).toEqual([['Ctrl', '+']]);
    expect(caps('y p')).toEqual([['Y'], ['P']]);
    expect(['ctrl+k', 'shift+Delete', 'ArrowLeft', '-', '+'].map(capText)).toEqual(['Ctrl+K', 'Shift+Del', '←', '-', '+']);
    expect(ariaKeys(['ctrl+k', 'y p'])).toBe('Control+k');
    expect(ariaKeys(['y p'])).toBeUndefined();
  });
  test('some are kept by browsers', () => {
    for (const name of ['ctrl+t', 'ctrl+1', 'ctrl+shift+p', 'Tab', 'y ctrl+w']) expect(isKept(name), name).toBe(true);
    for (const name of ['ctrl+k', 'ctrl+a', 'shift+1', 't']) expect(isKept(name), name).toBe(false);
  });
});
