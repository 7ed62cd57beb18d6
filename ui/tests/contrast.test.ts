import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Rgb = [number, number, number];
const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');

function theme(selector: RegExp): Map<string, Rgb> {
  const block = new RegExp(`${selector.source}\\s*\\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const colours = [...block.matchAll(/--([\w-]+):oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)];
  return new Map(colours.map(([, name, l, c, h]) => [name as string, toRgb(Number(l), Number(c), Number(h))]));
}

/** OKLCH to gamma-encoded sRGB, cut to what a screen shows (https://bottosson.github.io/posts/oklab/). */
function toRgb(lightness: number, chroma: number, hue: number): Rgb {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((value) => {
    const cut = Math.min(1, Math.max(0, value));
    return cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055;
  }) as Rgb;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const SURFACES = ['canvas', 'panel', 'raised', 'field', 'hover', 'active'];
const TEXTS = [
  'text', 'text-2', 'text-3', 'accent', 'accent-2', 'rate', 'fav', 'danger', 'ok', 'warn',
  'syn-field', 'syn-op', 'syn-str', 'syn-num', 'syn-neg', 'syn-sim',
];
const TEXT_LIMIT = 4.5;
const OUTLINE_LIMIT = 3;

describe.each([
  ['dark', theme(/:root,\[data-theme=dark\]/)],
  ['light', theme(/\n\[data-theme=light\]/)],
])('%s theme', (_, colours) => {
  const colour = (name: string): Rgb => {
    const found = colours.get(name);
    if (!found) throw new Error(`There is no colour --${name}.`);
    return found;
  };
  const worst = (name: string): number => Math.min(...SURFACES.map((surface) => contrast(colour(name), colour(surface))));

  test.each(TEXTS)('--%s can be read on every surface', (name) => {
    expect(worst(name)).toBeGreaterThanOrEqual(TEXT_LIMIT);
  });
  test('outlines that one must see stand out', () => {
    expect(worst('line-3')).toBeGreaterThanOrEqual(OUTLINE_LIMIT);
  });
  test('text on the accent and on tints can be read', () => {
    expect(contrast(colour('on-accent'), colour('accent'))).toBeGreaterThanOrEqual(TEXT_LIMIT);
    for (const name of ['danger', 'ok', 'warn']) {
      expect(contrast(colour(name), colour(`${name}-bg`))).toBeGreaterThanOrEqual(TEXT_LIMIT);
    }
    expect(contrast(colour('accent-2'), colour('accent-bg'))).toBeGreaterThanOrEqual(TEXT_LIMIT);
  });
  test('surfaces do not tint pictures', () => {
    for (const name of SURFACES) {
      const [r, g, b] = colour(name);
      expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(1e-3);
    }
  });
});
