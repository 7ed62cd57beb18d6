/** What one does in the grid: move, select, judge, arrange. */
import * as library from '../../api/library';
import type { Mode } from '../../lib/layout/rows';
import { t, type MessageKey } from '../../lib/messages.svelte';
import * as actions from '../actions';
import { address } from '../address.svelte';
import { curation } from '../curation.svelte';
import { grid as place } from '../grid.svelte';
import { gridPreferences } from '../gridPreferences.svelte';
import { hover } from '../hover.svelte';
import { jump } from '../jump.svelte';
import { move, moveGroup, toggleGroup, type Move } from '../moving';
import { picked } from '../picked';
import { openInTab } from '../pointing';
import { sayRefusal } from '../refusals';
import { result } from '../result.svelte';
import { selected } from '../selected.svelte';
import { toasts } from '../toasts.svelte';
import { view } from '../view.svelte';
import type { Command } from './types';

const MODES: readonly Mode[] = ['square', 'justified', 'list'];
const SIZE_STEP = 1.15;

const hasPictures = (): boolean => result.total > 0;

const hasGroups = (): boolean => place.layout.groupCount > 1;
const hasPages = (): boolean => place.pages > 1;

/** Opens the focused picture; one that is hidden is revealed first. */
function open(): void {
  const item = selected.focused;
  if (item && hover.hides(item.id, curation.of(item).nsfw)) hover.reveal(item.id);
  else address.openViewer(Math.max(0, selected.focus));
}

/** Pictures with the seed of the focused one: its variants. */
async function findSameSeed(): Promise<void> {
  const item = picked()?.items[0];
  const seed = item && (await library.image(item.id).catch(sayWhy))?.recipe?.seed;
  if (seed) await address.search(`seed:${seed}`);
  else if (item) toasts.show({ name: 'search', kind: 'warning', title: t('grid.no-seed'), detail: item.name });
}

function sayWhy(error: unknown): undefined {
  sayRefusal(t('grid.search-failed'), error);
}

const moves: readonly [Move, MessageKey, string][] = [
  ['left', 'grid.move-left', 'ArrowLeft'],
  ['right', 'grid.move-right', 'ArrowRight'],
  ['up', 'grid.move-up', 'ArrowUp'],
  ['down', 'grid.move-down', 'ArrowDown'],
  ['page-up', 'grid.move-page-up', 'PageUp'],
  ['page-down', 'grid.move-page-down', 'PageDown'],
  ['first', 'grid.move-first', 'Home'],
  ['last', 'grid.move-last', 'End'],
];

const moving: readonly Command[] = moves.map(([to, title, key]) => ({
  id: `grid.move-${to}`,
  title,
  section: 'move',
  scope: 'grid',
  keys: [key, `shift+${key}`, `ctrl+${key}`],
  when: hasPictures,
  run: (event) => move(to, event),
  silent: true,
}));

const rating: readonly Command[] = Array.from({ length: 10 }, (_, index) => ({
  id: `judge.rate-${index + 1}`,
  title: 'grid.rate',
  values: { rating: index + 1 },
  section: 'judge',
  keys: [String((index + 1) % 10)],
  when: hasPictures,
  run: () => actions.rate(index + 1),
  onSelection: true,
}));

export const grid: readonly Command[] = [
  ...moving,
  {
    id: 'grid.open', title: 'grid.open', section: 'move', scope: 'grid', keys: ['Enter'], when: hasPictures, silent: true,
    run: open,
  },
  {
    id: 'grid.open-tab', title: 'grid.open-tab', section: 'move', scope: 'grid', keys: ['ctrl+Enter'], when: hasPictures,
    run: () => openInTab(Math.max(0, selected.focus)),
  },
  {
    id: 'grid.group-previous', title: 'grid.group-previous', section: 'move', scope: 'grid', keys: ['['], when: hasGroups,
    run: () => moveGroup(-1), silent: true,
  },
  {
    id: 'grid.group-next', title: 'grid.group-next', section: 'move', scope: 'grid', keys: [']'], when: hasGroups,
    run: () => moveGroup(1), silent: true,
  },
  {
    id: 'grid.jump', title: 'grid.jump', section: 'move', scope: 'grid', keys: ['j'], when: hasPictures,
    run: () => (jump.isOpen = true),
  },
  {
    id: 'grid.jump-back', title: 'grid.jump-back', section: 'move', scope: 'grid', keys: ['alt+ArrowLeft'],
    when: () => jump.canReturn, run: () => jump.back(),
  },
  {
    id: 'grid.page-first', title: 'grid.page-first', section: 'move', scope: 'grid', keys: ['alt+Home'], when: hasPages, silent: true,
    run: () => place.goToPage(0),
  },
  {
    id: 'grid.page-previous', title: 'grid.page-previous', section: 'move', scope: 'grid', keys: ['alt+PageUp'], when: hasPages,
    run: () => place.goToPage(place.page - 1), silent: true,
  },
  {
    id: 'grid.page-next', title: 'grid.page-next', section: 'move', scope: 'grid', keys: ['alt+PageDown'], when: hasPages,
    run: () => place.goToPage(place.page + 1), silent: true,
  },
  {
    id: 'grid.page-last', title: 'grid.page-last', section: 'move', scope: 'grid', keys: ['alt+End'], when: hasPages, silent: true,
    run: () => place.goToPage(place.pages - 1),
  },
  {
    id: 'grid.toggle', title: 'grid.toggle', section: 'select', scope: 'grid', keys: ['Space', 'ctrl+Space'], silent: true,
    when: hasPictures, run: () => selected.toggle(Math.max(0, selected.focus)),
  },
  {
    id: 'grid.select-all', title: 'grid.select-all', section: 'select', scope: 'grid', keys: ['ctrl+a'], when: hasPictures,
    run: () => selected.all(),
  },
  {
    id: 'grid.invert', title: 'grid.invert', section: 'select', scope: 'grid', keys: ['ctrl+i'], when: hasPictures,
    run: () => selected.invert(),
  },
  {
    id: 'grid.toggle-group', title: 'grid.toggle-group', section: 'select', scope: 'grid', keys: ['shift+Space'], silent: true,
    when: hasPictures, run: toggleGroup,
  },
  ...rating,
  {
    id: 'judge.clear-rating', title: 'grid.clear-rating', section: 'judge', keys: ['~', '`'], when: hasPictures, onSelection: true,
    run: actions.clearRating,
  },
  {
    id: 'judge.favorite', title: 'grid.favorite', section: 'judge', keys: ['f'], when: hasPictures, onSelection: true,
    run: actions.toggleFavorite,
  },
  {
    id: 'judge.nsfw', title: 'grid.nsfw', section: 'judge', keys: ['n'], when: hasPictures, onSelection: true,
    run: actions.toggleNsfw,
  },
  {
    id: 'judge.deletion', title: 'grid.deletion', section: 'judge', keys: ['x', 'Delete'], when: hasPictures, onSelection: true,
    run: actions.toggleDeletion,
  },
  {
    id: 'grid.smaller', title: 'grid.smaller', section: 'view', scope: 'grid', keys: ['-'],
    run: () => view.resize(view.target / SIZE_STEP),
  },
  {
    id: 'grid.larger', title: 'grid.larger', section: 'view', scope: 'grid', keys: ['+', '='],
    run: () => view.resize(view.target * SIZE_STEP),
  },
  {
    id: 'grid.layout', title: 'grid.layout', section: 'view', scope: 'grid', keys: ['l'],
    run: () => view.setMode(MODES[(MODES.indexOf(view.mode) + 1) % MODES.length] ?? 'justified'),
  },
  {
    id: 'grid.headings', title: 'grid.headings', section: 'view', scope: 'grid', keys: [],
    run: () => (gridPreferences.headings = !gridPreferences.headings),
  },
  {
    id: 'search.same-seed', title: 'grid.same-seed', section: 'search', keys: ['v'], when: () => picked()?.items.length === 1,
    onSelection: true, run: () => void findSameSeed(),
  },
];
