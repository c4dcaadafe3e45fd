// Duty: follows the MANIFEST of a running RocksDB: which files make up the database at the end of its last whole edit. It is
// in blocks of 32 KB; a record never begins in the last 6 bytes of one. A record: checksum (4 bytes), length (2), type (1: whole,
// first, middle or last part of an edit), bytes.
// Invariants: RocksDB writes a file completely before the edit that adds it, and removes it only after one that deletes it. So
// the files up to any edit are a database, as long as all of them are found, however far the running one has got.
// Thread: the task worker that owns the backend.
import { ReasonError } from '../../../../../core/errors/reason-error.js'
import { applyVersionEdit } from './rocksdb-version-edit.js'

const BLOCK_BYTES = 32 * 1024
const HEADER_BYTES = 7
const WHOLE = 1
const FIRST = 2
const MIDDLE = 3
const LAST = 4

export class RocksManifest {
  /** Of files that are part of the database: number to size. */
  readonly files: Map<number, number> = new Map()
  /** Entries of older logs are in files. */
  logNumber = 0
  /** Up to the end of the last whole edit. */
  sizeBytes = 0
  #parts: Uint8Array[] = []
  #unread: Uint8Array = new Uint8Array(0)
  #unreadAt = 0

  /** Where the bytes begin that `read` has not been given. */
  get position(): number {
    return this.#unreadAt + this.#unread.length
  }

  /** The next bytes of the file, as many as there are. */
  read(bytes: Uint8Array): void {
    this.#unread = Buffer.concat([this.#unread, bytes])
    for (;;) {
      this.#skipEndOfBlock()
      const end = this.#endOfRecord()
      if (end === undefined || end > this.#unread.length) return
      const record = this.#unread.subarray(0, end)
      this.#take(end)
      this.#addPart(record)
    }
  }

  addFile(number: number, sizeBytes: number): void {
    this.files.set(number, sizeBytes)
  }

  deleteFile(number: number): void {
    this.files.delete(number)
  }

  setLogNumber(number: number): void {
    this.logNumber = number
  }

  #skipEndOfBlock(): void {
    const left = BLOCK_BYTES - (this.#unreadAt % BLOCK_BYTES)
    if (left < HEADER_BYTES && this.#unread.length >= left) this.#take(left)
  }

  #endOfRecord(): number | undefined {
    if (BLOCK_BYTES - (this.#unreadAt % BLOCK_BYTES) < HEADER_BYTES) return undefined
    const [low, high] = this.#unread.subarray(4, 6)
    if (this.#unread.length < HEADER_BYTES || low === undefined || high === undefined) return undefined
    return HEADER_BYTES + low + 256 * high
  }

  #take(count: number): void {
    this.#unread = this.#unread.subarray(count)
    this.#unreadAt += count
  }

  #addPart(record: Uint8Array): void {
    const type = record[6]
    if (type === undefined || type < WHOLE || type > LAST)
      throw new ReasonError(`a MANIFEST has a record of type ${String(type)}`)
    if ((type === WHOLE || type === FIRST) !== (this.#parts.length === 0))
      throw new ReasonError('parts of an edit in a MANIFEST do not follow each other')
    this.#parts.push(record.subarray(HEADER_BYTES))
    if (type === FIRST || type === MIDDLE) return
    applyVersionEdit(Buffer.concat(this.#parts), this)
    this.#parts = []
    this.sizeBytes = this.#unreadAt
  }
}
