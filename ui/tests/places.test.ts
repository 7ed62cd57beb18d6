import { describe, expect, test } from 'vitest';
import type { Folder, Liking } from '../src/api/places';
import { modelPage } from '../src/lib/civitai';
import { insertAt, lastPart, splitName } from '../src/lib/fileNames';
import { findFolders, folderRows, folderTree, isWithin } from '../src/lib/folders';
import { factorAgainst, factorOf, liftOf, placeOf, wilson } from '../src/lib/liking';
import { parentQuery } from '../src/lib/parentFolder';
import { tagsIn, toggleTag, withTags } from '../src/lib/tagTerms';
import { rowsInView, typedAhead } from '../src/lib/windowing';

const folder = (id: number, parent: number | null, path: string, more: Partial<Folder> = {}): Folder => ({
  id,
  root_id: 1,
  parent_id: parent,
  name: lastPart(path),
  path,
  images: 0,
  images_below: 0,
  excluded: 'no',
  archived: 'no',
  is_excluded: false,
  is_archived: false,
  available: true,
  missing: false,
  ...more,
});

const list = [
  folder(1, null, '/pics'),
  folder(2, 1, '/pics/comfyui'),
  folder(3, 2, '/pics/comfyui/10'),
  folder(4, 2, '/pics/comfyui/2'),
  folder(5, null, 'D:\\ai', { available: false }),
];

describe('folders', () => {
  const tree = folderTree(list);
  const labels = (open: readonly number[], text = ''): string[] =>
    folderRows(tree, (one) => open.includes(one.id), text).map((row) => `${row.level} ${row.folder.name} ${row.open ?? '-'}`);

  test('what lies in closed folders is not shown; names stand in natural order', () => {
    expect(labels([])).toEqual(['0 ai -', '0 pics false']);
    expect(labels([1, 2])).toEqual(['0 ai -', '0 pics true', '1 comfyui true', '2 2 -', '2 10 -']);
  });

  test('finding shows the way to what is found, whatever stands open', () => {
    expect(labels([], '10')).toEqual(['0 pics true', '1 comfyui true', '2 10 -']);
    expect(labels([], 'nothing')).toEqual([]);
  });

  test('a folder whose parent is not known stands at the top', () => {
    expect(folderRows(folderTree([folder(9, 77, '/x/y')]), () => false).map((row) => row.level)).toEqual([0]);
  });

  test('nothing is moved into itself', () => {
    const [, comfyui, ten] = list;
    expect(isWithin(tree, ten as Folder, (comfyui as Folder).id)).toBe(true);
    expect(isWithin(tree, comfyui as Folder, (ten as Folder).id)).toBe(false);
  });

  test('the best match comes first', () => {
    expect(findFolders(list, 'comfy', 9).map((one) => one.id)).toEqual([2, 4, 3]);
    expect(findFolders(list, 'pics 2', 9).map((one) => one.id)).toEqual([4]);
    expect(findFolders(list, 'ai', 9).map((one) => one.id)).toEqual([5]);
  });

  test('Backspace goes to the folder above, and from a root to everything', () => {
    expect(parentQuery(list, 'in:"/pics/comfyui"')).toBe('in:"/pics"');
    expect(parentQuery(list, 'in:"/pics"')).toBe('');
    expect(parentQuery(list, 'castle')).toBeNull();
    expect(parentQuery(list, 'in:"/elsewhere"')).toBeNull();
  });
});

describe('tags of a query', () => {
  test('are read with their values; other terms are not', () => {
    expect(tagsIn('castle tag:fox tag:"red hair" rating>=8')).toEqual({ tags: ['fox', 'red hair'], mode: 'all' });
    expect(tagsIn('tag:fox|"a ""b"""')).toEqual({ tags: ['fox', 'a "b"'], mode: 'any' });
    expect(tagsIn('-tag:fox NOT tag:cat "tag:dog" tag:none tag:bird>0.8').tags).toEqual([]);
  });

  test('are put in their place, and the rest stays as it was', () => {
    expect(withTags('castle tag:fox rating>=8', ['cat', 'red hair'], 'all')).toBe('castle rating>=8 tag:cat tag:"red hair"');
    expect(withTags('-tag:fox "tag:dog" tag:cat', ['a', 'b'], 'any')).toBe('-tag:fox "tag:dog" tag:a|b');
    expect(withTags('tag:a', [], 'any')).toBe('');
  });

  test('come and go by a click, whatever their case', () => {
    expect(toggleTag('castle', 'fox', 'all')).toBe('castle tag:fox');
    expect(toggleTag('castle tag:fox', 'snow', 'any')).toBe('castle tag:fox|snow');
    expect(toggleTag('tag:Fox|snow', 'fox', 'any')).toBe('tag:snow');
  });
});

describe('lift', () => {
  const liking = (without: number, lift: number, low: number, high: number): Liking => ({
    with_it: without + lift, without, lift, low, high, sure: low > 0 || high < 0,
  });

  test('a difference of shares is a factor with its range', () => {
    expect(factorOf(liking(0.25, 0.25, 0.125, 0.5))).toEqual({ factor: 2, low: 1.5, high: 3, sure: true });
    expect(factorOf(liking(0.1, 0.02, -0.05, 0.09))?.sure).toBe(false);
    expect(factorOf(liking(0, 0.1, 0, 0.2))).toBeNull();
    expect(factorOf(null)).toBeNull();
  });

  test('few pictures say little', () => {
    expect(factorAgainst(1, 2, 0.1)?.sure).toBe(false);
    expect(factorAgainst(60, 100, 0.1)?.sure).toBe(true);
    expect(factorAgainst(0, 200, 0.1)).toMatchObject({ factor: 0, sure: true });
    expect(factorAgainst(1, 2, 0)).toBeNull();
    const [low, high] = wilson(5, 10);
    expect([low.toFixed(3), high.toFixed(3)]).toEqual(['0.237', '0.763']);
    expect(wilson(0, 0)).toEqual([0, 1]);
  });

  test('equal factors are equal steps, and none leaves the scale', () => {
    expect([placeOf(1), placeOf(4), placeOf(0.25), placeOf(100), placeOf(0)]).toEqual([0.5, 1, 0, 1, 0]);
    expect(placeOf(2) - placeOf(1)).toBeCloseTo(placeOf(1) - placeOf(0.5), 9);
  });

  test('ratings speak where no favourites do', () => {
    const number = (value: number): string => value.toFixed(2);
    const good = liking(5, 1.5, 1, 2);
    expect(liftOf({ favorite: null, rating: good }, number)).toMatchObject({ text: '+1.50', middle: 0.75, sign: 1 });
    expect(liftOf({ favorite: null, rating: liking(5, -1, -2, 0.5) }, number)).toMatchObject({ text: '−1.00', sign: 0 });
    expect(liftOf({ favorite: liking(0.1, -0.05, -0.08, -0.02), rating: good }, number)).toMatchObject({ text: '×0.50', sign: -1 });
    expect(liftOf({ favorite: null, rating: null }, number)).toBeNull();
  });
});

describe('long lists', () => {
  test('draw what is in view with some rows around it', () => {
    expect(rowsInView(1000, 24, 2400, 240, 2)).toEqual([98, 112]);
    expect(rowsInView(5, 24, -100, 240, 2)).toEqual([0, 5]);
    expect(rowsInView(0, 24, 0, 240)).toEqual([0, 0]);
    expect(rowsInView(10, 24, 100_000, 240, 2)).toEqual([10, 10]);
  });

  test('letters go to the next row that begins so, round and round', () => {
    const rows = ['apple', 'Banana', 'avocado', 'blueberry'];
    expect(typedAhead(rows, 0, 'a')).toBe(2);
    expect(typedAhead(rows, 2, 'a')).toBe(0);
    expect(typedAhead(rows, 1, 'bl')).toBe(3);
    expect(typedAhead(rows, 0, 'x')).toBe(-1);
    expect(typedAhead([], 0, 'x')).toBe(-1);
  });
});

describe('names of files', () => {
  test('are split before the last dot', () => {
    expect(splitName('a.b.png')).toEqual(['a.b', '.png']);
    expect(splitName('.hidden')).toEqual(['.hidden', '']);
    expect(splitName('plain')).toEqual(['plain', '']);
  });

  test('parts go where the caret is', () => {
    expect(insertAt('ab', 1, 1, '{date}')).toEqual(['a{date}b', 7]);
    expect(insertAt('abc', 0, 3, '{name}')).toEqual(['{name}', 6]);
  });
});

describe("a model's page at Civitai", () => {
  const host = 'https://civitai.com';
  test.each([
    [host, 5, 7, `${host}/models/5?modelVersionId=7`],
    [host, 5, null, `${host}/models/5`],
    [host, null, 7, `${host}/model-versions/7`],
    [host, null, null, ''],
    ['', 5, 7, ''],
  ] as const)('%s %s %s', (where, model, version, expected) => expect(modelPage(where, model, version)).toBe(expected));
});
