/** A message with places for more than text: its words, and between them the names of the places. */

const MARK = '\u0001';

/** What to give a message for a place: `t('panel.read-from', { source: slot('source') })`. */
export const slot = (name: string): string => `${MARK}${name}${MARK}`;

export interface Piece {
  slot: boolean;
  text: string;
}

export const slotted = (message: string): Piece[] =>
  message
    .split(MARK)
    .map((text, position) => ({ slot: position % 2 === 1, text }))
    .filter((piece) => piece.text);
