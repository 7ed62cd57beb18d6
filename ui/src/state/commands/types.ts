/** One table of everything one can do: keyboard, palette, menus and the overlay of all keys read it. */
import type { MessageKey, MessageValues } from '../../lib/messages.svelte';

/** Where keys of a command work. `everywhere` is grid, viewer, compare and the other pages. */
export type Scope = 'everywhere' | 'grid' | 'viewer' | 'compare' | 'page';

/** Heading in the overlay of all keys; its title is `keys.section-NAME`. */
export const SECTIONS = [
  'move', 'select', 'judge', 'organise', 'search', 'view', 'viewer', 'compare', 'copy', 'go', 'files', 'app',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface Command {
  /** Unique and lasting, as remapped keys are kept by it: `grid.layout`. */
  readonly id: string;
  readonly title: MessageKey;
  readonly values?: MessageValues;
  readonly section: Section;
  /** Default `everywhere`. */
  readonly scope?: Scope;
  /**
   * Names of keys as `keyNames` of lib/keys makes them: `f`, `shift+Delete`, `ctrl+k`, `?`, `ArrowLeft`, `Space`, and
   * chords as `y p`. Letters are lower case; signs carry no shift.
   */
  readonly keys: readonly string[];
  /** False where it would do nothing now; then its key is free for others and the palette leaves it out. */
  readonly when?: () => boolean;
  /** Gets the key event where a key ran it. */
  readonly run: (event?: KeyboardEvent) => void;
  /** Left out of the palette: moving the focus and the like. */
  readonly silent?: boolean;
  /** Acts on the selected pictures; the palette shows these first. */
  readonly onSelection?: boolean;
}
