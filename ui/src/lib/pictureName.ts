/** How a large picture is called for those who do not see it. */
import type { ImageDetail, Item } from '../api/types';

const MOST_CHARACTERS = 120;

/** Its caption, else its prompt, else the name of its file. */
export function pictureName(item: Item, detail: ImageDetail | null): string {
  const words = (detail?.caption ?? detail?.recipe?.prompt ?? '').replace(/\s+/g, ' ').trim();
  if (!words) return item.name;
  return words.length <= MOST_CHARACTERS ? words : `${words.slice(0, MOST_CHARACTERS).trimEnd()} …`;
}
