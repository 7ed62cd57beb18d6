/** How the page is arranged; remembered in this browser. */
import type { Mode } from '../lib/layout/rows';

export type Theme = 'dark' | 'light' | 'system';

const KEY = 'diffusion-toolkit.view';
export const SMALLEST = 80;
export const LARGEST = 480;

interface Remembered {
  theme: Theme;
  mode: Mode;
  target: number;
  sidebar: boolean;
  panel: boolean;
}

const defaults: Remembered = { theme: 'dark', mode: 'justified', target: 140, sidebar: true, panel: true };

function remembered(): Remembered {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { ...defaults, ...(typeof value === 'object' ? value : {}) };
  } catch {
    return defaults;
  }
}

const light = matchMedia('(prefers-color-scheme: light)');

class View {
  #kept: Remembered = $state(remembered());
  width = $state(innerWidth);
  /** Below 1200 px sidebar and panel lie over the grid, and each opens for the moment only. */
  drawer = $state<'none' | 'sidebar' | 'panel'>('none');
  keysShown = $state(false);
  addingFolder = $state(false);

  constructor() {
    addEventListener('resize', () => (this.width = innerWidth));
    light.addEventListener('change', () => this.#applyTheme());
    this.#applyTheme();
  }

  readonly wide = $derived(this.width >= 1200);
  readonly phone = $derived(this.width < 600);

  get theme(): Theme {
    return this.#kept.theme;
  }
  get mode(): Mode {
    return this.phone && this.#kept.mode === 'justified' ? 'square' : this.#kept.mode;
  }
  get target(): number {
    return this.#kept.target;
  }
  get sidebar(): boolean {
    return this.wide ? this.#kept.sidebar : this.drawer === 'sidebar';
  }
  get panel(): boolean {
    return this.wide ? this.#kept.panel : this.drawer === 'panel';
  }

  setMode(mode: Mode): void {
    this.#keep({ mode });
  }
  resize(target: number): void {
    this.#keep({ target: Math.round(Math.min(LARGEST, Math.max(SMALLEST, target))) });
  }
  toggleSidebar(): void {
    if (this.wide) this.#keep({ sidebar: !this.#kept.sidebar });
    else this.drawer = this.drawer === 'sidebar' ? 'none' : 'sidebar';
  }
  togglePanel(): void {
    if (this.wide) this.#keep({ panel: !this.#kept.panel });
    else this.drawer = this.drawer === 'panel' ? 'none' : 'panel';
  }
  setTheme(theme: Theme): void {
    this.#keep({ theme });
    this.#applyTheme();
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
