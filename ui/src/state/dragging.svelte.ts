/**
 * Pictures dragged with the mouse, and the places they can be dropped on.
 *
 * A place becomes a target by an attachment; everything else (ghost, its line, accent outline, opening folders after
 * 600 ms, refusing) happens here and in DragGhost.svelte:
 *
 *     <div {@attach dropTarget({
 *       accepts: (dragged) => !folder.offline,
 *       describe: (dragged, copying) => t(copying ? 'folders.drop.copy' : 'folders.drop.move', { count: dragged.count, name }),
 *       drop: (dragged, copying) => moveTo(dragged.named, folder, copying),   // dragged.named goes into the request's body
 *       copies: true,                 // "· Ctrl to copy" stands behind the line, and Ctrl makes `copying` true
 *       refuse: () => t('folders.drop.offline'),                              // why not, where accepts() says no
 *       open: () => unfold(folder),                                           // after 600 ms over it
 *     })}>
 *
 * While a drag is over it the element has `data-drop="yes"` or `"no"`; the accent outline comes from DragGhost.svelte.
 * `dragging.active` is true while pictures are in the air. Files dragged in from outside are no business of this file.
 */
import type { Item } from '../api/types';
import type { Picked } from './picked';

export interface Dragged extends Picked {
  /** Up to three of them, for the ghost; the one that was taken comes first. */
  shown: readonly Item[];
}

export interface DropTarget {
  accepts(dragged: Dragged): boolean;
  /** One line that says what will happen: "Move 3 to 2026-10". */
  describe(dragged: Dragged, copying: boolean): string;
  drop(dragged: Dragged, copying: boolean): void | Promise<void>;
  /** Ctrl (Alt on a Mac) copies here. */
  copies?: boolean;
  refuse?(dragged: Dragged): string;
  open?(): void;
  /** Called with each movement over the target, before `describe`: for targets where the exact place matters. */
  over?(event: DragEvent): void;
  left?(): void;
}

const OPENS_AFTER_MS = 600;
const MARK = 'data-drop-target';
const targets = new WeakMap<Element, DropTarget>();

class Dragging {
  dragged: Dragged | null = $state.raw(null);
  x = $state(0);
  y = $state(0);
  /** What will happen, or why nothing will; empty where there is no target. */
  line = $state('');
  /** The line says what will happen. */
  allowed = $state(false);
  /** Ctrl is offered for copying here. */
  copies = $state(false);
  copying = $state(false);
  readonly active = $derived(this.dragged !== null);
  #element: Element | null = null;
  #timer: number | undefined;

  start(dragged: Dragged, x: number, y: number): void {
    this.dragged = dragged;
    [this.x, this.y] = [x, y];
    document.addEventListener('dragover', this.#moved);
    document.addEventListener('drop', this.#dropped);
    document.addEventListener('dragend', this.#ended);
    document.addEventListener('dragleave', this.#leftWindow);
  }

  #moved = (event: DragEvent): void => {
    const dragged = this.dragged;
    if (!dragged) return;
    [this.x, this.y] = [event.clientX, event.clientY];
    this.copying = event.ctrlKey || event.altKey;
    const element = event.target instanceof Element ? event.target.closest(`[${MARK}]`) : null;
    const target = element ? targets.get(element) : undefined;
    if (element !== this.#element) this.#enter(element, target);
    if (!element || !target) return;
    target.over?.(event);
    this.allowed = target.accepts(dragged);
    this.copies = this.allowed && target.copies === true;
    const copying = this.copies && this.copying;
    this.line = this.allowed ? target.describe(dragged, copying) : (target.refuse?.(dragged) ?? '');
    element.setAttribute('data-drop', this.allowed ? 'yes' : 'no');
    if (!this.allowed) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = copying ? 'copy' : 'move';
  };

  #enter(element: Element | null, target: DropTarget | undefined): void {
    this.#leave();
    this.#element = element;
    if (target?.open) this.#timer = window.setTimeout(() => target.open?.(), OPENS_AFTER_MS);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    if (this.#element) {
      this.#element.removeAttribute('data-drop');
      targets.get(this.#element)?.left?.();
    }
    this.#element = null;
    this.line = '';
    [this.allowed, this.copies] = [false, false];
  }

  #leftWindow = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.#leave();
  };

  #dropped = (event: DragEvent): void => {
    const [dragged, element] = [this.dragged, this.#element];
    const target = element ? targets.get(element) : undefined;
    const allowed = dragged !== null && target !== undefined && target.accepts(dragged);
    const copying = this.copies && this.copying;
    if (allowed) event.preventDefault();
    if (allowed) void target.drop(dragged, copying);
    this.#ended();
  };

  #ended = (): void => {
    this.#leave();
    this.dragged = null;
    document.removeEventListener('dragover', this.#moved);
    document.removeEventListener('drop', this.#dropped);
    document.removeEventListener('dragend', this.#ended);
    document.removeEventListener('dragleave', this.#leftWindow);
  };
}

export const dragging = new Dragging();

/** An attachment that makes an element a place for dragged pictures. */
export function dropTarget(target: DropTarget): (element: Element) => () => void {
  return (element) => {
    targets.set(element, target);
    element.setAttribute(MARK, '');
    return () => {
      targets.delete(element);
      element.removeAttribute(MARK); // `data-drop` stays: a list that is made anew attaches its rows again
    };
  };
}
