/** Begins to drag pictures out of the grid: onto places of the page, and as files out of the window. */
import { fileAddress } from '../api/library';
import type { Item } from '../api/types';
import { dragging } from './dragging.svelte';
import { pickedOf, pickedSelection } from './picked';
import { result } from './result.svelte';
import { selected } from './selected.svelte';

/** A browser takes no more addresses than this from one drag without trouble. */
const MOST_ADDRESSES = 200;
const SHOWN = 3;

/** The browser draws nothing of its own: our ghost follows the pointer. */
const blank = new Image();
blank.src = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const addressOf = (item: Item): string => new URL(fileAddress(item.id, item.version), location.href).href;

const typeOf = (item: Item): string => {
  const film = item.rendition === 'video' || /^(mp4|webm|mov|mkv|avi)$/.test(item.format ?? '');
  return item.format ? `${film ? 'video' : 'image'}/${item.format}` : 'application/octet-stream';
};

/** The picture at this place is dragged; one that is not selected is selected first. */
export function beginDrag(event: DragEvent, index: number): void {
  const item = result.shown?.pages.item(index);
  const data = event.dataTransfer;
  if (!item || !data) {
    event.preventDefault();
    return;
  }
  if (!selected.has(item.id)) selected.only(index);
  selected.focus = index; // a focused tile stays drawn, and so is told of the end of its drag
  const picked = pickedSelection() ?? pickedOf([item]);
  const others = picked.items.filter((other) => other.id !== item.id);
  const files = [item, ...others].slice(0, MOST_ADDRESSES);
  data.effectAllowed = 'copyMove';
  data.setDragImage(blank, 0, 0);
  data.setData('text/uri-list', files.map(addressOf).join('\r\n'));
  if (picked.count === 1) data.setData('DownloadURL', `${typeOf(item)}:${item.name.replaceAll(':', '_')}:${addressOf(item)}`);
  dragging.start({ ...picked, shown: [item, ...others].slice(0, SHOWN) }, event.clientX, event.clientY);
}

/** One picture is dragged out of the window as a file, from where it is seen large. */
export function dragFile(event: DragEvent, item: Item): void {
  const data = event.dataTransfer;
  if (!data) return;
  data.effectAllowed = 'copy';
  data.setData('text/uri-list', addressOf(item));
  data.setData('DownloadURL', `${typeOf(item)}:${item.name.replaceAll(':', '_')}:${addressOf(item)}`);
}
