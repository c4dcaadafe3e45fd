export type TextEncoding = (text: string) => Uint8Array

const LAST_OF_ASCII = 0x7f
const LAST_OF_LATIN1 = 0xff

/** How text is written in a charset, by any of its usual names; undefined for one that is not written. */
export function charsetEncoding(charset: string): TextEncoding | 'utf-8' | undefined {
  switch (charset.toLowerCase().replaceAll('_', '-')) {
    case 'utf-8':
    case 'utf8':
      return 'utf-8'
    case 'iso-8859-1':
    case 'latin1':
      return (text) => singleBytes(text, LAST_OF_LATIN1)
    case 'us-ascii':
    case 'ascii':
      return (text) => singleBytes(text, LAST_OF_ASCII)
    case 'utf-16le':
      return (text) => Buffer.from(text, 'utf16le')
    case 'utf-16be':
    case 'utf-16':
      return (text) => Buffer.from(text, 'utf16le').swap16()
    default:
      return undefined
  }
}

function singleBytes(text: string, last: number): Uint8Array {
  const known = Array.from(text, (character) => ((character.codePointAt(0) ?? 0) > last ? '?' : character))
  return Buffer.from(known.join(''), 'latin1')
}
