/** Moving the focus through the result with keys; the selection follows unless Ctrl is held. */
import * as locate from '../lib/layout/locate';
import { grid } from './grid.svelte';
import { result } from './result.svelte';
import { selected } from './selected.svelte';

export type Move = 'left' | 'right' | 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

/** Gives a tile the focus of the keyboard: at once where it is drawn, so that the next key finds it, else when it is. */
export function focusTile(index: number): void {
  const focus = (): void => document.getElementById(`tile-${index}`)?.focus({ preventScroll: true });
  focus();
  requestAnimationFrame(focus);
}

/** Moves; with Ctrl the focus only, with Shift the selection extends. */
export function move(to: Move, event?: KeyboardEvent): void {
  if (result.total === 0) return;
  moveTo(destination(to, selected.focus), event);
}

function moveTo(place: number, event?: KeyboardEvent): void {
  const index = Math.min(result.total - 1, Math.max(0, place));
  if (event?.shiftKey) void selected.extend(index);
  else if (event?.ctrlKey || event?.metaKey) selected.moveFocus(index);
  else selected.only(index);
  grid.reveal(index);
  focusTile(index);
}

/** To the first picture of the next group, or of this one or the one before. */
export function moveGroup(step: 1 | -1): void {
  const { groupStart, groupCount } = grid.layout;
  const at = selected.focus >= 0 ? selected.focus : grid.first;
  const here = locate.groupOfItem(grid.layout, at);
  const inside = at > (groupStart[here] ?? 0);
  const group = step < 0 && inside ? here : Math.min(groupCount - 1, Math.max(0, here + step));
  const index = groupStart[group] ?? 0;
  selected.only(index);
  grid.goToItem(index);
  focusTile(index);
}

/** Selects the group of the focused picture, or nothing of it where all is selected. */
export function toggleGroup(): void {
  const { groupStart } = grid.layout;
  const group = locate.groupOfItem(grid.layout, Math.max(0, selected.focus));
  void selected.toggleRange(groupStart[group] ?? 0, groupStart[group + 1] ?? result.total);
}

function destination(to: Move, focus: number): number {
  if (to === 'first') return 0;
  if (to === 'last') return result.total - 1;
  if (focus < 0) return grid.first;
  if (to === 'left') return focus - 1;
  if (to === 'right') return focus + 1;
  const rows = { up: -1, down: 1, 'page-up': -grid.pageRows, 'page-down': grid.pageRows }[to];
  return locate.verticalNeighbour(grid.layout, focus, rows);
}
