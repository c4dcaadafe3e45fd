/**
 * Memory that texts are written to and read from: what a Buffer of Node is. Named by its own type, so that the declarations of
 * this package compile where nobody has installed the types of Node.
 */
export interface TextBytes extends Uint8Array {
  toString(encoding?: 'latin1' | 'utf8' | 'utf16le', start?: number, end?: number): string
  write(text: string, offset: number, length: number, encoding: 'latin1' | 'utf16le'): number
}
