import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import { children, sources, textsOf, walk, type Node, type Source } from './sources';

type Texts = Map<string, string>;
type Elements = ReturnType<IntlMessageFormat['getAst']>;

const LANGUAGES = ['de', 'fr', 'es', 'ja'];
const messages = fileURLToPath(new URL('../src/messages/', import.meta.url));

/** `subject.name` to text, of one language. */
function textsOfLanguage(language: string): Texts {
  const texts: Texts = new Map();
  for (const file of readdirSync(messages + language).filter((name) => name.endsWith('.json'))) {
    const content = JSON.parse(readFileSync(`${messages}${language}/${file}`, 'utf8')) as Record<string, string>;
    for (const [name, text] of Object.entries(content)) texts.set(`${file.slice(0, -'.json'.length)}.${name}`, text);
  }
  return texts;
}

const english = textsOfLanguage('en');
const subjects = new Set(readdirSync(`${messages}en`).map((file) => file.replace(/\.\w+$/, '')));

/** What a message needs: names with their kinds, and the choices of a select. */
function needs(text: string, language: string): string[] {
  const found = new Set<string>();
  const look = (elements: Elements): void => {
    for (const element of elements) {
      if (element.type === 0 || element.type === 7) continue;
      if (element.type === 8) look(element.children);
      else if (element.type === 5 || element.type === 6) {
        const choices = element.type === 5 ? Object.keys(element.options).sort().join('|') : 'number';
        found.add(`${element.value}: ${choices}`);
        Object.values(element.options).forEach((option) => look(option.value));
      } else found.add(element.value);
    }
  };
  look(new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst());
  return [...found].sort();
}

const names = (text: string): string[] => [...new Set(needs(text, 'en').map((need) => need.replace(/:.*/, '')))];

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const texts = textsOfLanguage(language);

  test('are all there, and none that English lacks', () => {
    expect([...english.keys()].filter((key) => !texts.has(key))).toEqual([]);
    expect([...texts.keys()].filter((key) => !english.has(key))).toEqual([]);
  });

  test('need the same values as in English', () => {
    const other = [...texts].filter(([key, text]) => {
      const here = new Set(needs(text, language).map((need) => need.replace(/: number$/, '')));
      const there = new Set(needs(english.get(key) ?? '', 'en').map((need) => need.replace(/: number$/, '')));
      return here.size !== there.size || [...here].some((need) => !there.has(need));
    });
    expect(other.map(([key]) => key)).toEqual([]);
  });

  test('are not empty', () => {
    expect([...texts].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([]);
  });
});

describe('the English texts', () => {
  test('are messages that can be read', () => {
    for (const [key, text] of english) expect(() => needs(text, 'en'), key).not.toThrow();
  });

  test('say nothing that page.md forbids', () => {
    const forbidden = [...english].filter(([, text]) => /successful|sorry|oops|please|!(?!=)/i.test(text));
    expect(forbidden.map(([key, text]) => `${key}: ${text}`)).toEqual([]);
  });
});

// --- what the sources use ------------------------------------------------------------------------

const KEY = /^([a-z]+)\.[\w.-]*$/;
const isKey = (text: string): boolean => subjects.has(KEY.exec(text)?.[1] ?? '');

const used = new Set<string>();
const begun = new Set<string>();
for (const { tree } of sources) {
  for (const node of walk(tree)) {
    if (node.type === 'Literal' && typeof node.value === 'string' && isKey(node.value)) used.add(node.value);
    if (node.type === 'Text' && typeof node.data === 'string' && isKey(node.data)) used.add(node.data);
    if (node.type !== 'TemplateLiteral') continue;
    const [first, ...rest] = textsOf(node);
    if (rest.length === 0 && isKey(first ?? '')) used.add(first ?? '');
    if (rest.length > 0 && subjects.has(/^([a-z]+)\./.exec(first ?? '')?.[1] ?? '')) begun.add(first ?? '');
  }
}

/** Keys that the program takes from something that is not written as a key. */
const isBegun = (key: string): boolean => [...begun].some((start) => key.startsWith(start));

describe('the sources', () => {
  test('use only texts that there are', () => {
    const translations = sources.flatMap(({ tree }) => [...walk(tree)].filter(isTranslation));
    const keys = translations.flatMap((call) => textsOf((call.arguments as Node[])[0] as Node)).filter(isKey);
    expect([...new Set(keys)].filter((key) => !english.has(key) && !begun.has(key))).toEqual([]);
  });

  test('use every text', () => {
    expect([...english.keys()].filter((key) => !used.has(key) && !isBegun(key))).toEqual([]);
  });

  test('give every message the values it needs', () => {
    const wrong = sources.flatMap(({ path, tree }) =>
      [...walk(tree)].filter(isTranslation).flatMap((call) => {
        const [key, values] = call.arguments as [Node, Node | undefined];
        const text = key.type === 'Literal' ? english.get(key.value as string) : undefined;
        if (text === undefined || (values && values.type !== 'ObjectExpression')) return [];
        const properties = (values?.properties ?? []) as Node[];
        if (properties.some((property) => property.type !== 'Property')) return [];
        const given = properties.map((property) => (property.key as { name?: string; value?: string }).name ?? String((property.key as Node).value));
        const lacking = names(text).filter((name) => !given.includes(name));
        return lacking.map((name) => `${path}: ${String(key.value)} lacks ${name}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('hold no text of their own', () => {
    expect(sources.flatMap(ownTexts)).toEqual([]);
  });
});

function isTranslation(node: Node): boolean {
  return node.type === 'CallExpression' && (node.callee as { name?: string }).name === 't';
}

// --- texts outside the catalogue -------------------------------------------------------------------

const SPOKEN = new Set(['aria-label', 'aria-description', 'aria-valuetext', 'aria-roledescription', 'title', 'placeholder', 'alt']);
/** Attributes of components, and properties of objects, that people read in the end. */
const READ = new Set(['label', 'title', 'detail', 'description', 'words', 'hint', 'message', 'placeholder']);
/** Names that no language changes. */
const NAMES = /Diffusion Toolkit|ComfyUI|A1111|LoRA|NSFW|Civitai|Ctrl|Alt|Shift|Del|Esc|Enter|Tab|PNG|JSON/g;
const NOT_READ = new Set(['kbd', 'code', 'style', 'script', 'svg']);

/** Two letters side by side are words; keys of the catalogue, addresses and class names are none. */
const isWords = (text: string): boolean => /\p{L}{2}/u.test(text.replace(NAMES, '')) && !isKey(text.trim()) && !/^[a-z][\w-]*$/.test(text.trim());
const isText = (text: string): boolean => /\p{L}{2}/u.test(text.replace(NAMES, ''));

function ownTexts({ path, tree }: Source): string[] {
  const found: string[] = [];
  const say = (text: string): void => void found.push(`${path}: ${text.trim().replace(/\s+/g, ' ')}`);

  const value = (node: Node): string[] =>
    node.type === 'Text' ? [String(node.data)] : node.type === 'ExpressionTag' ? textsOf(node.expression as Node) : [];

  const attribute = (node: Node, component: boolean): void => {
    const name = String(node.name);
    const read = component ? READ.has(name) || SPOKEN.has(name) : SPOKEN.has(name);
    const values = (Array.isArray(node.value) ? node.value : [node.value]).filter((one): one is Node => typeof one === 'object');
    if (read) values.flatMap(value).filter((text) => (component ? isWords(text) : isText(text))).forEach(say);
    children(node).forEach((child) => look(child, false));
  };

  const look = (node: Node, content: boolean): void => {
    if (node.type === 'Comment' || (node.type === 'RegularElement' && NOT_READ.has(String(node.name)))) return;
    if (content) value(node).filter(isText).forEach(say);
    if (node.type === 'Property') {
      const name = (node.key as { name?: string }).name ?? '';
      if (READ.has(name)) textsOf(node.value as Node).filter(isWords).forEach(say);
    }
    const component = node.type === 'Component' || node.type === 'SvelteComponent';
    for (const child of children(node)) {
      if (child.type === 'Attribute') attribute(child, component);
      else look(child, node.type === 'Fragment');
    }
  };
  look(tree, false);
  return found;
}
