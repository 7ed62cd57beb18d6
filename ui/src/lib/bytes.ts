/** Bytes that came as text. */

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let place = 0; place < characters.length; place += 1) bytes[place] = characters.charCodeAt(place);
  return bytes;
}
