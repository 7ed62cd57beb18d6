/** What is offered while somebody writes a tag. */

export interface Named {
  name: string;
  count: number;
}

export interface TagOffer extends Named {
  isNew: boolean;
}

const MOST = 8;

/** Tags that begin with the text, then those with a word that does, by use; and the text itself where it is new. */
export function tagOffers(byUse: readonly Named[], text: string, having: ReadonlySet<string>): TagOffer[] {
  const wanted = text.trim().toLocaleLowerCase();
  if (!wanted) return [];
  const starts: TagOffer[] = [];
  const inside: TagOffer[] = [];
  let exists = having.has(wanted);
  for (const { name, count } of byUse) {
    const plain = name.toLocaleLowerCase();
    exists ||= plain === wanted;
    if (having.has(plain)) continue;
    if (plain.startsWith(wanted)) starts.push({ name, count, isNew: false });
    else if (inside.length < MOST && isWordStart(plain, wanted)) inside.push({ name, count, isNew: false });
    if (starts.length >= MOST && exists) break;
  }
  starts.sort((one, other) => Number(other.name.toLocaleLowerCase() === wanted) - Number(one.name.toLocaleLowerCase() === wanted));
  const offers = [...starts, ...inside].slice(0, MOST);
  return exists ? offers : [...offers, { name: text.trim(), count: 0, isNew: true }];
}

export interface MatchPart {
  text: string;
  hit: boolean;
}

/** A name in pieces, so that what was typed can stand out. */
export function matchParts(name: string, text: string): MatchPart[] {
  const at = name.toLocaleLowerCase().indexOf(text.trim().toLocaleLowerCase());
  const end = at + text.trim().length;
  if (at < 0 || end === at) return [{ text: name, hit: false }];
  return [
    { text: name.slice(0, at), hit: false },
    { text: name.slice(at, end), hit: true },
    { text: name.slice(end), hit: false },
  ].filter((part) => part.text);
}

/** Whether a word of the text begins with these letters: "long hair" has one that begins with "ha". */
function isWordStart(text: string, letters: string): boolean {
  for (let at = text.indexOf(letters); at >= 0; at = text.indexOf(letters, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return true;
  }
  return false;
}
