/** The language of the page, and the texts that are loaded for it. */
import english from '../messages/en';

export const LANGUAGES = ['en', 'de', 'fr', 'es', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];
/** `auto` follows the browser. */
export type LanguageChoice = Language | 'auto';

/** Subject, then name within the subject, then text. */
export type Catalogue = Readonly<Record<string, Readonly<Record<string, string>>>>;

type Loader = () => Promise<{ default: Record<string, Record<string, string>> }>;

const loaders: Readonly<Record<Exclude<Language, 'en'>, Loader>> = {
  de: () => import('../messages/de'),
  fr: () => import('../messages/fr'),
  es: () => import('../messages/es'),
  ja: () => import('../messages/ja'),
};

/** Numbers and dates of English are those of the browser's own English, else British ones. */
function formatOf(language: Language): string {
  const own = globalThis.navigator?.languages?.find((one) => one.split('-')[0] === language && one.includes('-'));
  return own ?? (language === 'en' ? 'en-GB' : language);
}

/** The first language of the browser that we speak. */
export function browserLanguage(preferred: readonly string[] = globalThis.navigator?.languages ?? []): Language {
  for (const wanted of preferred) {
    const found = LANGUAGES.find((one) => one === wanted.split('-')[0]?.toLowerCase());
    if (found) return found;
  }
  return 'en';
}

class Locale {
  language = $state<Language>('en');
  /** Name of the locale that numbers and dates are written in. */
  format = $state('en-GB');
  texts: Catalogue = $state.raw(english);
  #wanted: Language = 'en';

  /** Loads a language and then shows it; a language that cannot be loaded leaves the page as it is. */
  async use(choice: LanguageChoice): Promise<void> {
    const language = choice === 'auto' ? browserLanguage() : choice;
    this.#wanted = language;
    const texts = language === 'en' ? english : bySubject((await loaders[language]()).default);
    if (this.#wanted !== language) return;
    this.texts = texts;
    this.language = language;
    this.format = formatOf(language);
    if (globalThis.document) document.documentElement.lang = language;
  }
}

/** `./grid.json` is the subject `grid`. */
function bySubject(files: Record<string, Record<string, string>>): Catalogue {
  return Object.fromEntries(Object.entries(files).map(([path, texts]) => [path.slice(2, -'.json'.length), texts]));
}

export const locale = new Locale();
