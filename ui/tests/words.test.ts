import { describe, expect, test } from 'vitest';
import type { Recipe, ScanRun } from '../src/api/types';
import { describeChange } from '../src/lib/changes';
import { bytes, groupTitle, length, plain, plural, remaining } from '../src/lib/format';
import { ratingOfKey } from '../src/lib/keys';
import { fixedQuery, sentence } from '../src/lib/query/fix';
import { exactText, inFolder, quoteValue, term } from '../src/lib/query/quote';
import { chipsOf, tokenize } from '../src/lib/query/tokens';
import { parameters } from '../src/lib/recipe';
import { formatRoute, parseRoute } from '../src/lib/route';
import { doneWords, rateAndRest } from '../src/lib/scans';
import { formatSort, parseSort, sortTitle } from '../src/lib/sort';
import { clampCentre, fitScale, zoomAt } from '../src/lib/zoom';

describe('address', () => {
  test('round trips, and leaves out what is usual', () => {
    const route = { q: 'model:"a b" rating>=8 50% & #1 + é', sort: 'name asc', image: 12, at: 4711 };
    expect(parseRoute(formatRoute(route).slice(1))).toEqual(route);
    expect(formatRoute({ q: '', sort: 'date desc', image: null, at: 0 })).toBe('/');
  });
  test('ignores what makes no sense', () => {
    expect(parseRoute('?image=-3&at=x&sort=')).toEqual({ q: '', sort: 'date desc', image: null, at: 0 });
  });
});

describe('query text', () => {
  test('values are quoted only where they need it', () => {
    expect(term('model', 'juggernaut_v9')).toBe('model:juggernaut_v9');
    expect(term('sampler', 'Euler a')).toBe('sampler:"Euler a"');
    expect(quoteValue('say "hi"')).toBe('"say ""hi"""');
    expect(quoteValue('none')).toBe('"none"');
    expect(quoteValue('1..3')).toBe('"1..3"');
    expect(quoteValue('-7')).toBe('"-7"');
    expect(quoteValue('a*b')).toBe('"a*b"');
    expect(quoteValue('')).toBe('""');
    expect(exactText('a, "b"')).toBe('"a, ""b"""');
    expect(inFolder('/pics/my ai')).toBe('in:"/pics/my ai"');
  });

  test('tokens keep every character in its place', () => {
    for (const query of ['width>=1024 -tag:watermark ~"single"', 'a, (b OR c) NOT d', '"open', 'http://x 3:2', 'seed:1..2|3', '😀 λ:x']) {
      const tokens = tokenize(query);
      expect(tokens.map((token) => token.text).join('')).toBe(query);
      tokens.forEach((token) => expect(query.startsWith(token.text, token.start)).toBe(true));
    }
  });

  test('tokens know fields, operators, values and exclusions', () => {
    const kinds = (query: string): string[] => tokenize(query).map((token) => `${token.kind} ${token.text}`);
    expect(kinds('steps>=28')).toEqual(['field steps', 'operator >=', 'number 28']);
    expect(kinds('-tag:watermark')).toEqual(['negation -', 'field tag', 'operator :', 'string watermark']);
    expect(kinds('castle')).toEqual(['text castle']);
  });

  test('chips are the terms of a query', () => {
    const texts = (query: string): string[] => chipsOf(query).map((chip) => chip.map((token) => token.text).join(''));
    expect(texts('width>=1024 -tag:watermark "a b"')).toEqual(['width>=1024', '-tag:watermark', '"a b"']);
    expect(texts('a man staring, by van gogh')).toEqual(['a man staring', 'by van gogh']);
    expect(texts('sampler: "Euler a"')).toEqual(['sampler: "Euler a"']);
    expect(texts('')).toEqual([]);
  });

  test('a fix is the whole query as it could be', () => {
    const error = { kind: 'query', message: 'this parenthesis is not closed', position: 9, length: 1, fix: 'castle, (tower)' };
    expect(fixedQuery(error)).toEqual({ query: 'castle, (tower)', words: 'Use castle, (tower) instead' });
    expect(fixedQuery({ ...error, fix: null })).toBeNull();
    expect(sentence(error.message)).toBe('This parenthesis is not closed.');
  });
});

describe('words', () => {
  test('numbers, sizes, times', () => {
    expect([bytes(0), bytes(999), bytes(412_000), bytes(14_100_000)]).toEqual(['0 B', '999 B', '412 KB', '14.1 MB']);
    expect([length(5), length(754), length(3723)]).toEqual(['0:05', '12:34', '1:02:03']);
    expect([remaining(0.2), remaining(22), remaining(241), remaining(4200)]).toEqual(['1 s', '22 s', '4 min', '1 h 10 min']);
    expect([plural(1, 'picture'), plural(1200, 'picture')]).toEqual(['1 picture', '1,200 pictures']);
    expect([plain(0.1 + 0.2), plain(7), plain(4.5)]).toEqual(['0.3', '7', '4.5']);
  });

  test('days have names when they are near', () => {
    const now = new Date(2026, 10, 21, 9);
    expect(groupTitle('2026-11-21', '', now)).toEqual({ title: 'Today', detail: 'Saturday 21 November' });
    expect(groupTitle('2026-11-20', '', now)).toEqual({ title: 'Yesterday', detail: 'Friday 20 November' });
    expect(groupTitle('2025-03-14', '', now)).toEqual({ title: '14 March 2025', detail: 'Friday' });
    expect(groupTitle('C', 'C', now)).toEqual({ title: 'C', detail: '' });
  });

  test('changes and scans say what happened', () => {
    expect(describeChange({ rating: 8 }, 3)).toBe('Rated 3 pictures 8');
    expect(describeChange({ rating: null }, 1)).toBe('Rating cleared on 1 picture');
    expect(describeChange({ favorite: false }, 2)).toBe('2 pictures out of favourites');
    const scan: ScanRun = {
      id: 1, root_id: 1, root_path: '/pics/swarmui', state: 'done', stage: 'deep', done: 214, total: 214,
      rate_per_s: 2140.4, remaining_s: 241, counts: { new: 214, failed: 2 }, message: null,
    };
    expect(doneWords(scan)).toBe('Scanned swarmui, 214 new, 2 could not be read');
    expect(rateAndRest({ ...scan, state: 'running' })).toEqual({ rate: '2,140 images/s', rest: '4 min left' });
  });

  test('orders have titles', () => {
    expect(sortTitle('date desc')).toBe('Newest, by day');
    expect(sortTitle('name asc')).toBe('Name, A to Z');
    expect(sortTitle('rating desc')).toBe('Rating, highest first');
    expect(sortTitle('random:7')).toBe('Random');
    expect(formatSort(parseSort('name'))).toBe('name asc');
    expect(formatSort(parseSort('random:7'))).toBe('random:7');
  });

  test('digits are ratings', () => {
    expect(['1', '9', '0', 'a', 'F1'].map(ratingOfKey)).toEqual([1, 9, 10, null, null]);
  });
});

describe('recipe rows', () => {
  const recipe = {
    generator: 'comfyui', source: 'png:prompt', loras: [], hires: {}, refiner: {}, controlnets: [], embeddings: [],
    extra: {}, workflow: true, seed: '18446744073709551615', steps: 20, cfg_scale: 4.5,
    sampler: 'Euler a', model: 'sd xl base', model_hash: '31e35c80',
  } satisfies Recipe;

  test('carry the query that finds them, seeds exact', () => {
    const rows = parameters(recipe);
    expect(rows.find((row) => row.label === 'Seed')?.query).toBe('seed:18446744073709551615');
    expect(rows.find((row) => row.label === 'Model')?.query).toBe('model:"sd xl base"');
    expect(rows.map((row) => row.label)).toEqual(['Model', 'Sampler', 'Steps', 'CFG', 'Seed']);
    expect(parameters({ ...recipe, vae: 'ae' }).find((row) => row.label === 'VAE')?.query).toBe('vae:ae');
  });
});

describe('zoom', () => {
  const [picture, view] = [{ width: 2000, height: 1000 }, { width: 1000, height: 800 }];

  test('fit shows the whole picture and enlarges none', () => {
    expect(fitScale(picture, view)).toBe(0.5);
    expect(fitScale({ width: 100, height: 100 }, view)).toBe(1);
  });

  test('what is under the pointer stays there', () => {
    const [from, to, centre, pointer] = [1, 2, { x: 0.5, y: 0.5 }, { x: 700, y: 500 }];
    const seen = (scale: number, at: { x: number; y: number }): number => at.x * picture.width + (pointer.x - view.width / 2) / scale;
    const moved = zoomAt(picture, view, from, to, centre, pointer);
    expect(seen(to, moved)).toBeCloseTo(seen(from, centre), 6);
  });

  test('no edge is pulled into the view', () => {
    expect(clampCentre(picture, view, 1, { x: 0, y: 5 })).toEqual({ x: 0.25, y: 0.6 });
    expect(clampCentre(picture, view, 0.1, { x: 0, y: 0 })).toEqual({ x: 0.5, y: 0.5 });
  });
});
