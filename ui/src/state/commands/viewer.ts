/** What one does in the viewer and in compare. */
import type { MessageKey } from '../../lib/messages.svelte';
import { address } from '../address.svelte';
import { autoAdvance } from '../autoAdvance.svelte';
import { compare, MODES } from '../compare.svelte';
import { curation } from '../curation.svelte';
import { hover } from '../hover.svelte';
import { inspecting } from '../inspecting.svelte';
import { result } from '../result.svelte';
import { selected } from '../selected.svelte';
import { slideshow } from '../slideshow.svelte';
import { viewer } from '../viewer.svelte';
import { goTo, step, toggleFullScreen } from '../viewing';
import type { Command } from './types';

const ZOOM_STEP = 1.25;
const PAN_STEP = 80;

const hasPictures = (): boolean => result.total > 0;
const isPannable = (): boolean => viewer.stage?.pannable ?? false;
const isVeiled = (): boolean => viewer.item !== undefined && hover.hides(viewer.item.id, curation.of(viewer.item, result.shown?.selection).nsfw);

function escape(): void {
  if (slideshow.running) slideshow.stop();
  else address.closeViewer();
}

const pans: readonly [string, MessageKey, readonly string[], number, number][] = [
  ['left', 'viewer.pan-left', ['shift+ArrowLeft'], PAN_STEP, 0],
  ['right', 'viewer.pan-right', ['shift+ArrowRight'], -PAN_STEP, 0],
  ['up', 'viewer.pan-up', ['shift+ArrowUp', 'ArrowUp'], 0, PAN_STEP],
  ['down', 'viewer.pan-down', ['shift+ArrowDown', 'ArrowDown'], 0, -PAN_STEP],
];

const panning: readonly Command[] = pans.map(([to, title, keys, dx, dy]) => ({
  id: `viewer.pan-${to}`,
  title,
  section: 'viewer',
  scope: 'viewer',
  keys,
  when: isPannable,
  run: () => viewer.stage?.pan(dx, dy),
  silent: true,
}));

const comparing: readonly Command[] = [
  { id: 'compare.open', title: 'compare.open', section: 'compare', keys: ['c'], when: () => hasPictures() && !compare.isOpen, run: () => void compare.open(), onSelection: true },
  { id: 'compare.close', title: 'compare.close', section: 'compare', scope: 'compare', keys: ['Escape'], run: () => compare.close(), silent: true },
  { id: 'compare.keep-a', title: 'compare.keep-a', section: 'compare', scope: 'compare', keys: ['ArrowLeft'], when: () => compare.isPair, run: () => void compare.choose(0) },
  { id: 'compare.keep-b', title: 'compare.keep-b', section: 'compare', scope: 'compare', keys: ['ArrowRight'], when: () => compare.isPair, run: () => void compare.choose(1) },
  { id: 'compare.keep-both', title: 'compare.keep-both', section: 'compare', scope: 'compare', keys: ['Enter'], when: () => compare.isPair, run: () => void compare.nextPair() },
  { id: 'compare.pane-previous', title: 'compare.pane-previous', section: 'compare', scope: 'compare', keys: ['ArrowUp', '['], run: () => compare.activate(-1) },
  { id: 'compare.pane-next', title: 'compare.pane-next', section: 'compare', scope: 'compare', keys: ['ArrowDown', ']'], run: () => compare.activate(1) },
  { id: 'compare.toggle-actual', title: 'viewer.toggle-actual', section: 'compare', scope: 'compare', keys: ['z'], run: () => compare.stage?.toggleActual() },
  { id: 'compare.zoom-in', title: 'viewer.zoom-in', section: 'compare', scope: 'compare', keys: ['+', '='], run: () => compare.stage?.zoomBy(ZOOM_STEP) },
  { id: 'compare.zoom-out', title: 'viewer.zoom-out', section: 'compare', scope: 'compare', keys: ['-'], run: () => compare.stage?.zoomBy(1 / ZOOM_STEP) },
  { id: 'compare.swap', title: 'compare.swap', section: 'compare', scope: 'compare', keys: ['s'], run: () => compare.swap() },
  { id: 'compare.link', title: 'compare.linked', section: 'compare', scope: 'compare', keys: ['l'], run: () => (compare.linked = !compare.linked) },
  { id: 'compare.changed-only', title: 'compare.changed-only', section: 'compare', scope: 'compare', keys: ['d'], run: () => (compare.changedOnly = !compare.changedOnly) },
  { id: 'compare.add', title: 'compare.add', section: 'compare', scope: 'compare', keys: ['Insert'], when: () => compare.canAdd, run: () => void compare.add() },
  ...MODES.map((mode): Command => ({ id: `compare.${mode}`, title: `compare.${mode}`, section: 'compare', scope: 'compare', keys: [], run: () => (compare.mode = mode) })),
];

const commands: readonly Command[] = [
  { id: 'viewer.previous', title: 'viewer.previous', section: 'viewer', scope: 'viewer', keys: ['ArrowLeft', 'PageUp', 'shift+Space'], run: (event) => step(-1, event), silent: true },
  { id: 'viewer.next', title: 'viewer.next', section: 'viewer', scope: 'viewer', keys: ['ArrowRight', 'PageDown', 'Space'], run: (event) => step(1, event), silent: true },
  { id: 'viewer.first', title: 'viewer.first', section: 'viewer', scope: 'viewer', keys: ['Home'], run: () => void goTo(0), silent: true },
  { id: 'viewer.last', title: 'viewer.last', section: 'viewer', scope: 'viewer', keys: ['End'], run: () => void goTo(result.total - 1), silent: true },
  { id: 'viewer.close', title: 'viewer.back', section: 'viewer', scope: 'viewer', keys: ['Escape'], run: escape, silent: true },
  { id: 'viewer.toggle-actual', title: 'viewer.toggle-actual', section: 'viewer', scope: 'viewer', keys: ['z'], run: () => viewer.stage?.toggleActual() },
  { id: 'viewer.zoom-in', title: 'viewer.zoom-in', section: 'viewer', scope: 'viewer', keys: ['+', '='], run: () => viewer.stage?.zoomBy(ZOOM_STEP) },
  { id: 'viewer.zoom-out', title: 'viewer.zoom-out', section: 'viewer', scope: 'viewer', keys: ['-'], run: () => viewer.stage?.zoomBy(1 / ZOOM_STEP) },
  { id: 'viewer.fit', title: 'viewer.to-fit', section: 'viewer', scope: 'viewer', keys: [], run: () => viewer.zoom.use('fit') },
  { id: 'viewer.fill', title: 'viewer.to-fill', section: 'viewer', scope: 'viewer', keys: [], run: () => viewer.zoom.use('fill') },
  ...panning,
  { id: 'viewer.overlay', title: 'viewer.overlay', section: 'viewer', scope: 'viewer', keys: ['o'], run: () => (viewer.overlay = !viewer.overlay) },
  { id: 'viewer.wheel', title: 'viewer.wheel', section: 'viewer', keys: [], run: () => (viewer.wheelSteps = !viewer.wheelSteps) },
  { id: 'viewer.reveal', title: 'viewer.reveal', section: 'viewer', scope: 'viewer', keys: ['Enter'], when: isVeiled, run: () => hover.reveal(viewer.item?.id ?? -1) },
  { id: 'viewer.animation', title: 'viewer.animation', section: 'viewer', scope: 'viewer', keys: [], run: () => (viewer.stilled = !viewer.stilled) },
  { id: 'viewer.slideshow', title: 'viewer.slideshow', section: 'viewer', keys: ['p'], when: () => hasPictures() && !compare.isOpen, run: () => slideshow.toggle(Math.max(0, selected.focus)) },
  { id: 'viewer.full-screen', title: 'viewer.full-screen', section: 'viewer', keys: ['F11'], run: toggleFullScreen },
  { id: 'judge.auto-advance', title: 'viewer.auto-advance', section: 'judge', keys: ['.'], run: () => autoAdvance.toggle() },
  { id: 'inspect.open', title: 'inspect.open', section: 'files', keys: ['ctrl+o'], run: () => inspecting.ask() },
  ...comparing,
];

/** The table of this file; what is open is `viewer` of state. */
export { commands as viewer };
