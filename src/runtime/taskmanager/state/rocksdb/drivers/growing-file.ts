// Duty: a file that only grows, such as a log, as pieces that snapshots share: each hands over what came since the last one.
// Invariants: pieces follow each other without a gap. Sixteen of a size become one, so a file has few of them however often a
// snapshot is taken: up to 15 for each power of 16 of snapshots, and each byte is written once for each of these powers.
// Thread: the task worker that owns the backend.

export interface FilePiece {
  readonly start: number
  readonly end: number
}

interface Piece extends FilePiece {
  /** How often it was joined. */
  readonly level: number
}

const JOINED = 16
const PIECE_NAME = /^(.+)@(\d+)\+(\d+)$/

export class GrowingFile {
  #pieces: Piece[] = []

  /** All pieces, when it has so many bytes. */
  piecesUpTo(sizeBytes: number): readonly FilePiece[] {
    const start = this.#pieces.at(-1)?.end ?? 0
    if (sizeBytes > start) this.#pieces.push({ start, end: sizeBytes, level: 0 })
    while (this.#joinLast());
    return [...this.#pieces]
  }

  #joinLast(): boolean {
    const last = this.#pieces.slice(-JOINED)
    const [first] = last
    const end = last.at(-1)?.end
    if (first === undefined || end === undefined || last.length < JOINED) return false
    if (last.some(({ level }) => level !== first.level)) return false
    this.#pieces.splice(-JOINED, JOINED, { start: first.start, end, level: first.level + 1 })
    return true
  }
}

/** The same name is the same bytes, because what was written never changes. */
export function pieceName(file: string, { start, end }: FilePiece): string {
  return `${file}@${start}+${end - start}`
}

/** Of a piece, or of a whole file. */
export function placeOfPiece(name: string): { readonly file: string; readonly start: number } {
  const [, file, start] = PIECE_NAME.exec(name) ?? []
  return file === undefined ? { file: name, start: 0 } : { file, start: Number(start) }
}
