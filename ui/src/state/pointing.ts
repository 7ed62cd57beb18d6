/** What the mouse does in the grid: select, open, draw a band, drag, ask for the menu. */
import { formatRoute } from '../lib/route';
import { address } from './address.svelte';
import { band } from './band.svelte';
import { contextMenu } from './contextMenu.svelte';
import { beginDrag } from './dragOut';
import { grid } from './grid.svelte';
import { hover } from './hover.svelte';
import { result } from './result.svelte';
import { selected } from './selected.svelte';
import { view } from './view.svelte';

const WHEEL_STEP = 1.1;

let touched = false;

function indexOf(event: Event): number | null {
  const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
  return cell ? Number(cell.dataset.index) : null;
}

const on = (event: Event, part: string): boolean => event.target instanceof Element && event.target.closest(part) !== null;

export function pressed(event: PointerEvent): void {
  touched = event.pointerType === 'touch';
  const index = indexOf(event);
  const item = index === null ? undefined : result.shown?.pages.item(index);
  if (item && on(event, '[data-reveal]')) hover.reveal(item.id);
  if (touched || event.button !== 0 || index !== null || on(event, 'button')) return;
  if (event.currentTarget instanceof HTMLElement) band.begin(event, event.currentTarget);
}

export function clicked(event: MouseEvent): void {
  if (band.justEnded || on(event, 'button, [data-reveal]')) return;
  const index = indexOf(event);
  if (index === null) {
    if (!on(event, '.group, .sketched')) selected.clear();
  } else if (on(event, '[data-check]') || event.ctrlKey || event.metaKey) selected.toggle(index);
  else if (event.shiftKey) void selected.extend(index);
  else if (touched || view.phone) tapped(index);
  else selected.only(index);
}

/** A finger opens a picture, or chooses it once some are chosen. */
function tapped(index: number): void {
  if (selected.count > 0) selected.toggle(index);
  else address.openViewer(index);
}

export function opened(event: MouseEvent): void {
  const index = indexOf(event);
  if (index === null || touched || on(event, '[data-check], [data-reveal]') || event.ctrlKey || event.shiftKey) return;
  address.openViewer(index);
}

/** Shows a picture in a tab of its own. */
export function openInTab(index: number): void {
  const item = result.shown?.pages.item(index);
  if (item) open(formatRoute({ ...address.route, image: item.id }), '_blank', 'noopener');
}

/** The middle button opens a tab. */
export function auxiliary(event: MouseEvent): void {
  const index = indexOf(event);
  if (event.button !== 1 || index === null) return;
  event.preventDefault();
  openInTab(index);
}

export function menuAsked(event: MouseEvent): void {
  const index = indexOf(event);
  if (index === null) return;
  event.preventDefault();
  if (touched) return; // a long press selects
  const byKey = event.button !== 2;
  const box = document.getElementById(`tile-${index}`)?.getBoundingClientRect();
  contextMenu.show(index, byKey && box ? box.left + 24 : event.clientX, byKey && box ? box.top + 24 : event.clientY);
}

export function dragStarted(event: DragEvent): void {
  const index = indexOf(event);
  if (index === null || touched) event.preventDefault();
  else beginDrag(event, index);
}

export function pointerMoved(event: PointerEvent): void {
  if (event.pointerType === 'touch') return;
  grid.pointer = { x: event.clientX, y: event.clientY };
  const index = indexOf(event);
  hover.over(index === null ? undefined : result.shown?.pages.item(index));
}

export function pointerLeft(): void {
  grid.pointer = null;
  hover.over(undefined);
}

/** Ctrl and the wheel change the size of what lies under the pointer. */
export function wheelable(element: HTMLElement): () => void {
  const turned = (event: WheelEvent): void => {
    if (!event.ctrlKey || view.phone) return;
    event.preventDefault();
    view.resize(view.target * (event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP));
  };
  element.addEventListener('wheel', turned, { passive: false });
  return () => element.removeEventListener('wheel', turned);
}
