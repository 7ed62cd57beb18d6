/** The menu of a value, a tag or a chip: search, exclude, copy, in this order. */

export interface ValueAsked {
  /** What is copied. */
  text: string;
  /** What finds it; null where nothing does. */
  query: string | null;
  /** The field of the recipe, whose place in the file can be shown. */
  field?: string;
}

class PanelMenu {
  open = $state(false);
  asked: ValueAsked | null = $state.raw(null);
  place = $state.raw({ x: 0, y: 0 });
  #opener: HTMLElement | null = null;

  /** Opens beside the pointer, or below what has the focus when a key asked for it. */
  show(event: MouseEvent, asked: ValueAsked): void {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    if (String(getSelection() ?? '') && event.button === 2) return; // selected text keeps the browser's own menu
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    const byKey = event.clientX === 0 && event.clientY === 0;
    this.place = byKey ? { x: box.left, y: box.bottom } : { x: event.clientX, y: event.clientY };
    this.#opener = event.currentTarget;
    this.asked = asked;
    this.open = true;
  }

  /** Gives the focus back. */
  closed(): void {
    this.open = false;
    this.#opener?.focus({ preventScroll: true });
    this.#opener = null;
  }
}

export const panelMenu = new PanelMenu();
