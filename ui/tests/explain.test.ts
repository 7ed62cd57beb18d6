import { describe, expect, test } from 'vitest';
import type { Explanation, Origin } from '../src/api/types';
import { filmText, placeText, sourceGroups } from '../src/lib/explain';

const at = (source: string, key: string | null = null, node: string | null = null, nodeClass: string | null = null): Origin => ({
  source,
  key,
  node,
  node_class: nodeClass,
});

const explained = (origins: Record<string, Origin[]>): Explanation => ({ generator: 'x', origins, seen: [], problems: [] });

describe('where values come from', () => {
  test('a place says node, class and key, and leaves out what a node always has', () => {
    expect(placeText(at('png:prompt', 'inputs.text', '6', 'CLIPTextEncode'))).toBe('node 6 CLIPTextEncode · text');
    expect(placeText(at('png:prompt', 'inputs.seed', '57:3'))).toBe('node 57:3 · seed');
    expect(placeText(at('png:parameters', 'Steps'))).toBe('Steps');
    expect(placeText(at('png:Comment', 'inputs.steps'))).toBe('inputs.steps');
    expect(placeText(at('sidecar:txt'))).toBe('');
  });

  test('values stand under their text, in the order of the panel', () => {
    const groups = sourceGroups(
      explained({
        seed: [at('png:prompt', 'inputs.seed', '3', 'KSampler')],
        tiling: [at('png:parameters', 'Tiling')],
        prompt: [at('png:prompt', 'inputs.text', '6', 'CLIPTextEncode')],
        steps: [at('png:parameters', 'Steps')],
      }),
    );
    expect(groups).toEqual([
      {
        source: 'png:prompt',
        lines: [
          { field: 'prompt', label: 'Prompt', place: 'node 6 CLIPTextEncode · text' },
          { field: 'seed', label: 'Seed', place: 'node 3 KSampler · seed' },
        ],
      },
      {
        source: 'png:parameters',
        lines: [
          { field: 'steps', label: 'Steps', place: 'Steps' },
          { field: 'tiling', label: 'tiling', place: 'Tiling' },
        ],
      },
    ]);
  });

  test('a value that was put together names itself once in each text', () => {
    const places = [at('png:a', 'x'), at('png:a', 'y'), at('png:b'), at('png:b', 'z')];
    expect(sourceGroups(explained({ loras: places }))).toEqual([
      { source: 'png:a', lines: [{ field: 'loras', label: 'LoRAs', place: 'x' }, { field: 'loras', label: '', place: 'y' }] },
      { source: 'png:b', lines: [{ field: 'loras', label: 'LoRAs', place: 'the whole text' }, { field: 'loras', label: '', place: 'z' }] },
    ]);
  });

  test('nothing found is no group', () => {
    expect(sourceGroups(explained({}))).toEqual([]);
  });
});

describe('films', () => {
  test('say their length, pace and codecs, as far as they are known', () => {
    const film = { duration_s: 5.2, frame_rate: 23.976, codec: 'h264', audio_codec: 'aac' };
    expect(filmText(film)).toBe('0:05 · 23.98 frames/s · h264, aac');
    expect(filmText({ ...film, frame_rate: 24, audio_codec: null })).toBe('0:05 · 24 frames/s · h264');
    expect(filmText({ duration_s: null, frame_rate: null, codec: null, audio_codec: null })).toBe('');
  });
});
