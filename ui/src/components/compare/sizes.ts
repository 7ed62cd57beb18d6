/** How large a picture is, where that is known. */
import type { Item } from '../../api/types';
import type { Size } from '../../lib/zoom';

const UNKNOWN: Size = { width: 1024, height: 1024 };

export const sizeOf = ({ width, height }: Item): Size => (width && height ? { width, height } : UNKNOWN);
