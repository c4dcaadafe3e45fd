/**
 * Writes the lowest byte of each character, as many as the text is long, and gives all of their bits together: up to 0x7f the text
 * is ASCII, up to 0xff Latin-1, and the bytes are the text in it; else they are none. For short texts: a loop of compiled code,
 * where an encoder is a call out of it.
 */
export function writeCharCodes(text: string, bytes: Uint8Array, start: number): number {
  const { length } = text
  let position = start
  let seen = 0
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    seen |= code
    bytes[position++] = code
  }
  return seen
}
