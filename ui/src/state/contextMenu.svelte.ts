/** The menu of pictures: where it opens, and on what it acts. */
import { selected } from './selected.svelte';
import { result } from './result.svelte';

class ContextMenu {
  open = $state(false);
  x = $state(0);
  y = $state(0);

  /** Opens at a place of the window; a picture that is not selected is selected first. */
  show(index: number, x: number, y: number): void {
    const item = result.shown?.pages.item(index);
    if (!item) return;
    if (!selected.has(item.id)) selected.only(index);
    else selected.focus = index;
    [this.x, this.y] = [x, y];
    this.open = true;
  }
}

export const contextMenu = new ContextMenu();
