/** What was searched for, newest first. Kept in this browser only: it is nobody else's business. */

const KEY = 'diffusion-toolkit.searches';
const MOST = 100;

export interface Searched {
  q: string;
  /** How many pictures it found when it was run last. */
  count: number;
}

function remembered(): Searched[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isSearched).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isSearched(value: unknown): value is Searched {
  const one = value as Searched | null;
  return typeof one === 'object' && one !== null && typeof one.q === 'string' && typeof one.count === 'number';
}

class SearchHistory {
  entries: Searched[] = $state.raw(remembered());

  add(q: string, count: number): void {
    const text = q.trim();
    if (!text) return;
    this.#keep([{ q: text, count }, ...this.entries.filter((one) => one.q !== text)].slice(0, MOST));
  }

  /** The newest that hold these characters. */
  matching(typed: string, most: number): Searched[] {
    const wanted = typed.trim().toLowerCase();
    return this.entries.filter(({ q }) => q.toLowerCase().includes(wanted) && q.toLowerCase() !== wanted).slice(0, most);
  }

  forget(q: string): void {
    this.#keep(this.entries.filter((one) => one.q !== q));
  }

  clear(): void {
    this.#keep([]);
  }

  #keep(entries: Searched[]): void {
    this.entries = entries;
    try {
      localStorage.setItem(KEY, JSON.stringify(entries));
    } catch {
      // A browser without storage forgets them with the page.
    }
  }
}

export const searchHistory = new SearchHistory();
