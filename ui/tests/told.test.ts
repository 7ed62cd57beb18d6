import { afterEach, describe, expect, test, vi } from 'vitest';
import { locale } from '../src/lib/locale.svelte';
import { actionText, failureText, type Told } from '../src/lib/told';
import german from '../src/messages/de';

function speak(texts: typeof locale.texts): void {
  vi.spyOn(locale, 'texts', 'get').mockReturnValue(texts);
}
const texts = (files: Record<string, Record<string, string>>): typeof locale.texts =>
  Object.fromEntries(Object.entries(files).map(([file, found]) => [file.replace(/^.*\/|\.json$/g, ''), found]));

afterEach(() => void vi.restoreAllMocks());

describe('what the server says', () => {
  test('is said in the language of the page, with its values', () => {
    speak(texts(german));
    expect(failureText('There is no such image.', { code: 'no-image', values: {} })).toBe('Dieses Bild gibt es nicht.');
    expect(failureText('/a already has b.png.', { code: 'name-taken-in', values: { path: '/a', name: 'b.png' } })).toBe('/a enthält schon b.png.');
    const parts: Told[] = [
      { code: 'tags-added', values: { pictures: 2, names: ['x', 'y', 'z'], more: 4 } },
      { code: 'curate-rated', values: { pictures: 1, rating: 8 } },
    ];
    expect(actionText('…', parts)).toBe('2 Bilder mit „x“, „y“, „z“, 4 weitere getaggt, 1 Bild mit 8 bewertet');
  });
  test('stays English where the page does not know the code, or there is none', () => {
    expect(failureText('Something new.', { code: 'of-a-later-version', values: {} })).toBe('Something new.');
    expect(failureText('Something old.', null)).toBe('Something old.');
    expect(actionText('Did this and that', [])).toBe('Did this and that');
    expect(actionText('Did this, did that', [{ code: 'files-trash', values: { count: 1 } }, { code: 'x', values: {} }])).toBe('Did this, did that');
  });
  test('markup and braces in names stay what they are', () => {
    expect(failureText('', { code: 'name-taken-in', values: { path: '<b>{x}</b>', name: "o'{n}" } })).toBe("<b>{x}</b> already has o'{n}.");
  });
});
