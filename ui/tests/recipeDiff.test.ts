import { describe, expect, it } from 'vitest';
import type { Inspected } from '../src/api/inspect';
import type { ImageDetail, Recipe } from '../src/api/types';
import { inspectedRows, placeText } from '../src/lib/inspected';
import { compareRecipes } from '../src/lib/recipeDiff';
import { nearestStop } from '../src/lib/sheet';

const made = (recipe: Partial<Recipe> | null): ImageDetail =>
  ({ width: 512, height: 768, recipe: recipe && { generator: 'comfyui', source: 'png:prompt', ...recipe } }) as ImageDetail;

const told = (...recipes: (Partial<Recipe> | null)[]): string[] =>
  compareRecipes(recipes.map(made)).map((row) => {
    const label = 'key' in row.label ? row.label.key.replace('compare.', '') : row.label.text;
    return `${row.differs ? '!' : ''}${label}: ${row.values.map((value) => value ?? '–').join(' | ')}`;
  });

describe('parameters beside one another', () => {
  it('come with those that differ first', () => {
    const a = { model: 'flux', steps: 50, cfg_scale: 3.5, seed: '18446744073709551615' };
    const b = { model: 'flux', steps: 4, cfg_scale: null, seed: '7' };
    expect(told(a, b)).toEqual([
      '!steps: 50 | 4',
      '!cfg: 3.5 | –',
      '!seed: 18446744073709551615 | 7',
      'model: flux | flux',
      'generator: ComfyUI | ComfyUI',
      'pixels: 512 × 768 | 512 × 768',
    ]);
  });

  it('name LoRAs with their weights, and everything else that was found', () => {
    const a = { loras: [{ name: 'ink', weight: 0.65 }, { name: 'paper', weight: null }], extra: { Version: 'v1', ENSD: 31337 } };
    const rows = told(a, { extra: { Version: 'v2' } });
    expect(rows).toContain('!loras: ink 0.65, paper | –');
    expect(rows).toContain('!Version: v1 | v2');
    expect(rows).toContain('!ENSD: 31337 | –');
  });

  it('take a picture without a recipe, and up to four pictures', () => {
    expect(told(null, null)).toEqual(['pixels: 512 × 768 | 512 × 768']);
    expect(told({ steps: 1 }, { steps: 1 }, { steps: 1 }, { steps: 2 })[0]).toBe('!steps: 1 | 1 | 1 | 2');
  });
});

describe('a shown file', () => {
  it('is told in rows with the fields that its origins name', () => {
    const recipe = { generator: 'automatic1111', source: 'png:parameters', steps: 20, size: [512, 768], seed: '1', extra: { Clip: { a: 1 } } };
    const rows = inspectedRows({ recipe } as unknown as Inspected);
    expect(rows.map(({ field, value }) => `${field}=${value}`)).toEqual(['steps=20', 'seed=1', 'size=512 × 768', 'extra.Clip={"a":1}']);
    expect(inspectedRows({ recipe: null } as Inspected)).toEqual([]);
  });

  it('says where a value stood', () => {
    expect(placeText({ source: 'png:prompt', key: 'inputs.seed', node: '3', node_class: 'KSampler' })).toBe('png:prompt · node 3 KSampler · inputs.seed');
    expect(placeText({ source: 'exif:UserComment', key: null, node: null, node_class: null })).toBe('exif:UserComment');
  });
});

describe('a sheet that was let go', () => {
  const stops = [76, 400, 700];

  it.each([
    [100, 0, 0],
    [300, 0, 1],
    [650, 0, 2],
    [100, 1, 1],
    [450, 1, 2],
    [450, -1, 1],
    [300, -1, 0],
    [700, 1, 2],
    [76, -1, 0],
  ])('%d px at %d: stop %d', (height, speed, stop) => expect(nearestStop(height, speed, stops)).toBe(stop));
});
