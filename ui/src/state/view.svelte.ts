/**
 * How the page is arranged. Kept in this browser, not on the server: it goes with the screen, and theme and language must
 * be known before the first request is answered.
 */
import { LANGUAGES, locale, type LanguageChoice } from '../lib/locale.svelte';
import type { Mode } from '../lib/layout/rows';

export type Theme = 'dark' | 'light' | 'system';
export type Side = 'side' | 'info';
type WidthClass = 'large' | 'wide' | 'medium';

const KEY = 'diffusion-toolkit.view';
export const SMALLEST = 80;
export const LARGEST = 480;
export const NARROWEST_SIDE = 200;
export const WIDEST_SIDE = 420;

interface Remembered {
  theme: Theme;
  language: LanguageChoice;
  mode: Mode;
  target: number;
  sidebar: boolean;
  panel: boolean;
  /** Pixels of sidebar and panel, by class of width. */
  widths: Partial<Record<WidthClass, Partial<Record<Side, number>>>>;
}

export const usualView: Readonly<Remembered> = {
  theme: 'dark', language: 'auto', mode: 'justified', target: 140, sidebar: true, panel: true, widths: {},
};

const usualWidths: Record<WidthClass, Record<Side, number>> = {
  large: { side: 280, info: 360 },
  wide: { side: 256, info: 320 },
  medium: { side: 256, info: 320 },
};

function remembered(): Remembered {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const kept: Remembered = { ...usualView, ...(typeof value === 'object' ? value : {}) };
    const known = kept.language === 'auto' || LANGUAGES.includes(kept.language);
    return known ? kept : { ...kept, language: 'auto' };
  } catch {
    return { ...usualView };
  }
}

const light = matchMedia('(prefers-color-scheme: light)');

class View {
  #kept: Remembered = $state(remembered());
  width = $state(innerWidth);
  /** Below 1200 px sidebar and panel lie over the grid, and each opens for the moment only. */
  drawer = $state<'none' | 'sidebar' | 'panel'>('none');
  /** Nothing but the pictures. */
  alone = $state(false);
  keysShown = $state(false);
  paletteShown = $state(false);
  jobsShown = $state(false);
  moreShown = $state(false);
  addingFolder = $state(false);

  constructor() {
    addEventListener('resize', () => (this.width = innerWidth));
    light.addEventListener('change', () => this.#applyTheme());
    this.#applyTheme();
    void locale.use(this.#kept.language);
  }

  readonly wide = $derived(this.width >= 1200);
  readonly phone = $derived(this.width < 600);
  /** A narrow strip stands in the sidebar's place. */
  readonly rail = $derived(this.width >= 900 && this.width < 1200 && !this.alone);
  readonly #class: WidthClass = $derived(this.width >= 1920 ? 'large' : this.wide ? 'wide' : 'medium');

  get theme(): Theme {
    return this.#kept.theme;
  }
  get language(): LanguageChoice {
    return this.#kept.language;
  }
  get mode(): Mode {
    return this.phone && this.#kept.mode === 'justified' ? 'square' : this.#kept.mode;
  }
  get target(): number {
    return this.#kept.target;
  }
  get sidebar(): boolean {
    return this.wide ? this.#kept.sidebar && !this.alone : this.drawer === 'sidebar';
  }
  get panel(): boolean {
    return this.wide ? this.#kept.panel && !this.alone : this.drawer === 'panel';
  }

  /** Pixels of the sidebar or the panel. */
  widthOf(side: Side): number {
    return this.#kept.widths[this.#class]?.[side] ?? usualWidths[this.#class][side];
  }
  setWidth(side: Side, pixels: number): void {
    const width = Math.round(Math.min(WIDEST_SIDE, Math.max(NARROWEST_SIDE, pixels)));
    const own = { ...this.#kept.widths[this.#class], [side]: width };
    this.#keep({ widths: { ...this.#kept.widths, [this.#class]: own } });
  }
  resetWidth(side: Side): void {
    this.setWidth(side, usualWidths[this.#class][side]);
  }

  setMode(mode: Mode): void {
    this.#keep({ mode });
  }
  resize(target: number): void {
    this.#keep({ target: Math.round(Math.min(LARGEST, Math.max(SMALLEST, target))) });
  }
  toggleSidebar(): void {
    if (!this.wide) this.drawer = this.drawer === 'sidebar' ? 'none' : 'sidebar';
    else {
      this.#keep({ sidebar: this.alone || !this.#kept.sidebar });
      this.alone = false;
    }
  }
  togglePanel(): void {
    if (!this.wide) this.drawer = this.drawer === 'panel' ? 'none' : 'panel';
    else {
      this.#keep({ panel: this.alone || !this.#kept.panel });
      this.alone = false;
    }
  }
  setTheme(theme: Theme): void {
    this.#keep({ theme });
    this.#applyTheme();
  }
  setLanguage(language: LanguageChoice): void {
    this.#keep({ language });
    void locale.use(language);
  }

  #keep(change: Partial<Remembered>): void {
    Object.assign(this.#kept, change);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // A browser without storage forgets the arrangement with the page.
    }
  }

  #applyTheme(): void {
    const { theme } = this.#kept;
    document.documentElement.dataset.theme = theme === 'system' ? (light.matches ? 'light' : 'dark') : theme;
  }
}

export const view = new View();
