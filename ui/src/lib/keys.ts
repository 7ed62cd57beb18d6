/** Keys and what they do; the overlay of all keys and the handler read the same table. */

export interface KeyRow {
  keys: readonly string[];
  does: string;
}

export interface KeySection {
  title: string;
  rows: readonly KeyRow[];
}

export const KEY_SECTIONS: readonly KeySection[] = [
  {
    title: 'Move',
    rows: [
      { keys: ['←', '→', '↑', '↓'], does: 'Move the focus' },
      { keys: ['Home', 'End'], does: 'First, last picture' },
      { keys: ['Page Up', 'Page Down'], does: 'One page' },
      { keys: ['Enter'], does: 'Open the picture' },
      { keys: ['Esc'], does: 'Back, or clear the selection' },
    ],
  },
  {
    title: 'Select',
    rows: [
      { keys: ['Space'], does: 'Select or not' },
      { keys: ['Shift', 'arrows'], does: 'Extend the selection' },
      { keys: ['Ctrl', 'A'], does: 'All results' },
      { keys: ['Ctrl', 'click'], does: 'Add or remove one' },
    ],
  },
  {
    title: 'Judge',
    rows: [
      { keys: ['1', '…', '9', '0'], does: 'Rate 1 to 10; same again clears' },
      { keys: ['~'], does: 'Clear the rating' },
      { keys: ['F'], does: 'Favourite' },
      { keys: ['N'], does: 'NSFW' },
      { keys: ['X'], does: 'For deletion' },
      { keys: ['Ctrl', 'Z'], does: 'Undo' },
    ],
  },
  {
    title: 'Page',
    rows: [
      { keys: ['/'], does: 'Search' },
      { keys: ['I'], does: 'Details' },
      { keys: ['F3'], does: 'Sidebar' },
      { keys: ['−', '+'], does: 'Thumbnail size; in the viewer, zoom' },
      { keys: ['L'], does: 'Layout' },
      { keys: ['?'], does: 'All keys' },
    ],
  },
  {
    title: 'Viewer',
    rows: [
      { keys: ['←', '→'], does: 'Previous, next picture' },
      { keys: ['Z'], does: 'Fit or actual size' },
      { keys: ['O'], does: 'Overlay' },
      { keys: ['F11'], does: 'Full screen' },
    ],
  },
];

/** The rating of a digit key: 1 to 9 as they are, 0 is ten; null for every other key. */
export function ratingOfKey(key: string): number | null {
  return /^[0-9]$/.test(key) ? (key === '0' ? 10 : Number(key)) : null;
}
