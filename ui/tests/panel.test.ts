import { describe, expect, test } from 'vitest';
import type { WorkflowNode } from '../src/api/panel';
import type { ImageDetail, Recipe } from '../src/api/types';
import { jsonTree } from '../src/lib/jsonTree';
import { excluding, narrowed } from '../src/lib/narrow';
import { promptParts } from '../src/lib/promptParts';
import { at, pathOf, pieces, spanOf } from '../src/lib/rawPlace';
import { generatorText } from '../src/lib/generators';
import { passes, recipeText, samplerText } from '../src/lib/recipe';
import { facetRows, isShared, sharedRows } from '../src/lib/several';
import { slot, slotted } from '../src/lib/slots';
import { matchParts, tagOffers } from '../src/lib/tagOffers';
import { byImportance, kindWords, matching, propertyQuery, smallDrawing, wholeDrawing } from '../src/lib/workflowGraph';

const recipe = {
  generator: 'forge',
  source: 'png:parameters',
  prompt: 'a fox, (red coat:1.2)',
  negative_prompt: 'blurry',
  steps: 20,
  sampler: 'Euler a',
  scheduler: 'karras',
  cfg_scale: 6.5,
  seed: '18446744073709551615',
  model: 'ink, wash',
  model_hash: 'e1f4c09a',
  size: [512, 768],
  loras: [{ name: 'ink', weight: 0.65 }],
  hires: { scale: 2, upscaler: '4x' },
  workflow: false,
} as unknown as Recipe;

describe('what a recipe was made with', () => {
  test('a program goes by its own name, one of a plugin by its short one', () => {
    expect(generatorText({ generator: 'sdnext', generator_version: 'f324b7c' })).toBe('SD.Next f324b7c');
    expect(generatorText({ generator: 'my-plugin', generator_version: null })).toBe('my-plugin');
    expect(generatorText({ generator: '', generator_version: null })).toBe('');
  });
  test('a scheduler is named once', () => {
    expect(samplerText({ sampler: 'DPM++ 2M Karras', scheduler: 'Karras' })).toBe('DPM++ 2M Karras');
    expect(samplerText({ sampler: 'euler', scheduler: 'karras' })).toBe('euler, karras');
    expect(samplerText({ sampler: null, scheduler: 'karras' })).toBe('karras');
  });
});

describe('a prompt in pieces', () => {
  const kinds = (text: string): [string, string][] => promptParts(text).map((part) => [part.kind, part.text]);

  test('weights, LoRAs, wildcards and breaks stand out, and nothing is lost', () => {
    const text = 'a fox, (red coat:1.2), ((wet)) [old], <lora:ink:0.65> __colour/dark__ BREAK embedding:good AND \\(plain\\)';
    const parts = promptParts(text);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(parts.filter((part) => part.kind !== 'plain').map((part) => [part.kind, part.words])).toEqual([
      ['weighted', 'red coat'],
      ['weighted', 'wet'],
      ['weighted', 'old'],
      ['lora', 'ink'],
      ['wildcard', ''],
      ['break', ''],
      ['wildcard', ''],
      ['break', ''],
    ]);
  });

  test('brackets that do not close, and words that only look alike, are text', () => {
    expect(kinds('(open and BREAKFAST, aBREAK, < b > [')).toEqual([['plain', '(open and BREAKFAST, aBREAK, < b > [']]);
    expect(kinds('('.repeat(5000)).length).toBe(1);
    expect(kinds('')).toEqual([]);
  });
});

describe('a recipe as text', () => {
  test('is what AUTOMATIC1111 writes', () => {
    expect(recipeText(recipe)).toBe(
      'a fox, (red coat:1.2) <lora:ink:0.65>\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, Schedule type: karras, ' +
        'CFG scale: 6.5, Seed: 18446744073709551615, Size: 512x768, Model hash: e1f4c09a, Model: "ink, wash", Hires upscale: 2, Hires upscaler: 4x',
    );
    expect(recipeText({ ...recipe, prompt: 'x <lora:ink:1>' })).toContain('x <lora:ink:1>\n');
  });

  test('a second pass has its values', () => {
    expect(passes(recipe).map((pass) => pass.pairs)).toEqual([[['scale', '2'], ['upscaler', '4x']]]);
  });
});

describe('raw texts', () => {
  const text = '{"3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "a.b": NaN, "text": "a\\nb"}}, "x": []}';

  test('JSON keeps every digit and says where each value stands', () => {
    const tree = jsonTree(text);
    const seed = tree && at(tree, ['3', 'inputs', 'seed']);
    expect(seed?.text).toBe('18446744073709551615');
    expect(text.slice(seed?.start, seed?.end)).toBe('18446744073709551615');
    expect(tree && at(tree, ['3', 'inputs', 'text'])?.text).toBe('a\nb');
    expect(tree && at(tree, ['x'])?.entries).toEqual([]);
    const named = jsonTree('Prompt: {"a": 1}');
    expect(named && at(named, ['a'])?.start).toBe(14);
  });

  test('what is no JSON is none', () => {
    for (const wrong of ['plain', '{"a": }', '{"a": 1', '[1, 2] rest', '['.repeat(300)]) expect(jsonTree(wrong)).toBeNull();
  });

  test('a place leads to the value, in the graph that ran and in that of the page', () => {
    const api = jsonTree(text);
    expect(api && pathOf(api, { node: '3', key: 'inputs.seed' })).toEqual(['3', 'inputs', 'seed']);
    expect(api && pathOf(api, { node: '3', key: 'inputs.a.b' })).toEqual(['3', 'inputs', 'a.b']);
    expect(api && pathOf(api, { node: '9', key: 'inputs.seed' })).toBeNull();
    const page = jsonTree('{"nodes": [{"id": 7, "widgets_values": ["x"]}, {"id": 3, "widgets_values": [5]}]}');
    expect(page && pathOf(page, { node: '3', key: 'widgets_values.seed' })).toEqual(['nodes', '1', 'widgets_values']);
    const plain = jsonTree('{"image": {"sampler": "k"}}');
    expect(plain && pathOf(plain, { node: null, key: 'image.sampler' })).toEqual(['image', 'sampler']);
  });

  test('a value in a text is found by its key, the last time it stands there', () => {
    const written = 'a fox, Steps: 3\nNegative prompt: blurry\nSteps: 20, Model: "a, b", Seed: 5';
    const found = (key: string | null, value: string | null = null): string | undefined => {
      const span = spanOf(written, key, value);
      return span ? written.slice(span.start, span.end) : undefined;
    };
    expect(found('Steps')).toBe('Steps: 20');
    expect(found('Model')).toBe('Model: "a, b"');
    expect(found(null, 'blurry')).toBe('blurry');
    expect(found('Sampler')).toBeUndefined();
  });

  test('settings carry colour, and the place stands out', () => {
    const written = 'a: b\nSteps: 20, Sampler: Euler a, Seed: 5';
    const span = spanOf(written, 'Seed', null);
    const found = pieces(written, span);
    expect(found.map((piece) => piece.text).join('')).toBe(written);
    expect(found.filter((piece) => piece.kind !== 'plain')).toEqual([
      { kind: 'key', text: 'Steps:' },
      { kind: 'number', text: '20' },
      { kind: 'key', text: 'Sampler:' },
      { kind: 'place', text: 'Seed: 5' },
    ]);
  });
});

const node = (id: string, kind: string, wires: string[] = [], fields: string[] = [], properties: [string, string][] = []): WorkflowNode => ({
  id,
  kind,
  title: '',
  fields,
  properties: properties.map(([name, value]) => ({ name, value, is_text: !/^[\d.]+$/.test(value) })),
  wires: wires.map((from, output) => ({ input: `in${output}`, node: from, output })),
});

describe('a workflow', () => {
  const nodes = [
    node('9', 'SaveImage', ['8'], [], [['filename_prefix', 'fox']]),
    node('4', 'CheckpointLoaderSimple', [], ['model'], [['ckpt_name', 'dream']]),
    node('6', 'CLIPTextEncode', ['4'], ['prompt'], [['text', 'a "fox"']]),
    node('3', 'KSampler', ['4', '6', '5'], ['seed', 'steps'], [['denoise', '1'], ['seed', '5'], ['cfg', '7.5'], ['steps', '20']]),
    node('5', 'EmptyLatentImage', [], [], [['width', '64']]),
    node('8', 'VAEDecode', ['3', '4']),
  ];

  test('puts the nodes that shaped the picture first', () => {
    expect(byImportance(nodes).map((one) => one.id)).toEqual(['3', '4', '6', '9', '5', '8']);
  });

  test('values have the query that finds them', () => {
    const [, loader, prompt, sampler] = nodes;
    expect(sampler?.properties[2] && propertyQuery(sampler, sampler.properties[2])).toBe('node.KSampler.cfg:7.5');
    expect(prompt?.properties[0] && propertyQuery(prompt, prompt.properties[0])).toBe('node.CLIPTextEncode.text:"a ""fox"""');
    expect(loader && propertyQuery({ ...loader, kind: 'Lora (rgthree)' }, { name: 'x', value: '', is_text: true })).toBe(
      'node."Lora (rgthree)".x:none',
    );
  });

  test('is drawn small with what came before on the left', () => {
    const drawing = smallDrawing(nodes, 320);
    const columns = new Map(drawing.cards.map((card) => [card.node.id, card.x]));
    expect([...columns.keys()]).toEqual(['4', '6', '5', '3', '8', '9']);
    expect(columns.get('4')).toBeLessThan(columns.get('3') ?? 0);
    expect(columns.get('8')).toBe(columns.get('3'));
    expect(drawing.cards.every((card) => card.x >= 0 && card.x + card.width <= 320)).toBe(true);
    expect(drawing.cards.find((card) => card.node.id === '3')?.lines.map((line) => line.name)).toEqual(['cfg', 'seed', 'steps']);
    expect(drawing.wires.map((wire) => `${wire.from}${wire.to}`)).toContain('38');
  });

  test('is drawn whole in columns, circles and all', () => {
    const drawing = wholeDrawing([...nodes, node('a', 'A', ['b']), node('b', 'B', ['a'])]);
    const x = (id: string): number => drawing.cards.find((card) => card.node.id === id)?.x ?? -1;
    expect(drawing.cards.length).toBe(8);
    expect(x('4')).toBeLessThan(x('6'));
    expect(x('6')).toBeLessThan(x('3'));
    expect(x('8')).toBeLessThan(x('9'));
    expect(smallDrawing([], 320).cards).toEqual([]);
  });

  test('is searched by names and values, and its classes are words', () => {
    expect(matching(nodes, 'FOX').map((one) => one.id)).toEqual(['9', '6']);
    expect(matching(nodes, ' ').length).toBe(6);
    expect(['CLIPTextEncode', 'KSampler', 'EmptyLatentImage', 'VAE_decode'].map(kindWords)).toEqual([
      'CLIP Text Encode',
      'KSampler',
      'Empty Latent Image',
      'VAE decode',
    ]);
  });
});

describe('tags', () => {
  const byUse = [{ name: 'sunlight', count: 12 }, { name: 'sun', count: 9 }, { name: 'low sun', count: 5 }, { name: 'unsung', count: 4 }];

  test('that begin with the letters come first, the same word before all, and a new one last', () => {
    expect(tagOffers(byUse, 'su', new Set()).map((offer) => [offer.name, offer.isNew])).toEqual([
      ['sunlight', false],
      ['sun', false],
      ['low sun', false],
      ['su', true],
    ]);
    expect(tagOffers(byUse, 'Sun', new Set()).map((offer) => offer.name)).toEqual(['sun', 'sunlight', 'low sun']);
    expect(tagOffers(byUse, 'sun', new Set(['sun'])).map((offer) => offer.name)).toEqual(['sunlight', 'low sun']);
    expect(tagOffers(byUse, '  ', new Set())).toEqual([]);
  });

  test('show what was typed', () => {
    expect(matchParts('low sun', 'SU')).toEqual([{ text: 'low ', hit: false }, { text: 'su', hit: true }, { text: 'n', hit: false }]);
    expect(matchParts('fox', 'x y')).toEqual([{ text: 'fox', hit: false }]);
  });
});

describe('several pictures', () => {
  const image = (seed: string, more: Partial<Recipe> = {}): ImageDetail =>
    ({ folder: '/a', format: 'png', width: 64, height: 64, recipe: { ...recipe, seed, ...more } }) as ImageDetail;

  test('say what is equal, and how the rest differs', () => {
    const rows = new Map(sharedRows([image('1'), image('2'), image('2', { vae: 'ae' })]).map((row) => [row.name, row]));
    expect(rows.get('seed')?.values.map((value) => [value.text, value.count])).toEqual([['2', 2], ['1', 1]]);
    expect([rows.get('vae')?.having, rows.get('model')?.values[0]?.query]).toEqual([1, 'model:"ink, wash"']);
    expect([...rows.values()].filter((row) => isShared(row, 3)).map((row) => row.name)).not.toContain('seed');
    expect([...rows.values()].filter((row) => isShared(row, 3)).map((row) => row.name)).toContain('sampler');
  });

  test('of a whole result come from counts', () => {
    const rows = facetRows({ model: [{ value: 'a', count: 2, query: 'model:a' }, { value: 'b', count: 1, query: 'model:b' }], lora: [] });
    expect(rows.map((row) => [row.name, row.having, isShared(row, 3)])).toEqual([['model', 3, false]]);
  });
});

describe('small things', () => {
  test('a term narrows a query, in parentheses where there are alternatives', () => {
    expect(narrowed('', 'tag:fox')).toBe('tag:fox');
    expect(excluding('castle', 'tag:fox')).toBe('castle -tag:fox');
    expect(excluding('castle OR tower', 'tag:fox')).toBe('(castle OR tower) -tag:fox');
  });

  test('a message has places for more than text', () => {
    expect(slotted(`by ${slot('a')} from ${slot('b')}`)).toEqual([
      { slot: false, text: 'by ' },
      { slot: true, text: 'a' },
      { slot: false, text: ' from ' },
      { slot: true, text: 'b' },
    ]);
  });
});
