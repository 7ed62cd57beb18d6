/**
 * How somebody likes the grid: pages, headings, what shows on a tile. Kept in this browser, not on the server, because it
 * goes with the screen: a phone wants other columns than a desk.
 */
const KEY = 'diffusion-toolkit.grid';

export const OVERLAYS = ['favorite', 'rating', 'album', 'length'] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** Sizes of a page to choose from; 0 shows the whole result on one. */
export const PAGE_SIZES = [0, 100, 250, 500, 1000] as const;
export const FEWEST_COLUMNS = 2;
export const MOST_COLUMNS = 6;

interface Kept {
  pageSize: number;
  headings: boolean;
  overlays: Record<Overlay, boolean>;
  /** Films and animations play while the pointer rests on them. */
  hoverPlay: boolean;
  phoneColumns: number;
}

const usual: Kept = {
  pageSize: 0,
  headings: true,
  overlays: { favorite: true, rating: true, album: true, length: true },
  hoverPlay: true,
  phoneColumns: 3,
};

function read(): Kept {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>;
    return { ...usual, ...value, overlays: { ...usual.overlays, ...value.overlays } };
  } catch {
    return { ...usual };
  }
}

class GridPreferences {
  #kept: Kept = $state(read());

  get pageSize(): number {
    return this.#kept.pageSize;
  }
  set pageSize(pageSize: number) {
    this.#keep({ pageSize: Math.max(0, Math.round(pageSize)) });
  }
  get headings(): boolean {
    return this.#kept.headings;
  }
  set headings(headings: boolean) {
    this.#keep({ headings });
  }
  get hoverPlay(): boolean {
    return this.#kept.hoverPlay;
  }
  set hoverPlay(hoverPlay: boolean) {
    this.#keep({ hoverPlay });
  }
  get phoneColumns(): number {
    return this.#kept.phoneColumns;
  }
  set phoneColumns(columns: number) {
    this.#keep({ phoneColumns: Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, Math.round(columns))) });
  }

  shows(overlay: Overlay): boolean {
    return this.#kept.overlays[overlay];
  }

  show(overlay: Overlay, shown: boolean): void {
    this.#keep({ overlays: { ...this.#kept.overlays, [overlay]: shown } });
  }

  #keep(change: Partial<Kept>): void {
    Object.assign(this.#kept, change);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // A browser without storage forgets this with the page.
    }
  }
}

export const gridPreferences = new GridPreferences();
