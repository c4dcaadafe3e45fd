// Duty: one record of RocksDB's MANIFEST: which files of sorted entries it takes away and adds, and from which log on
// entries are in no such file yet.
// Invariants: written for RocksDB 9.7, which the pinned package has; what is not known here is refused, never skipped,
// unless RocksDB itself would skip it.
// Thread: any.
import { ReasonError } from '../../../../../core/errors/reason-error.js'

export interface VersionEditTarget {
  addFile(number: number, sizeBytes: number): void
  deleteFile(number: number): void
  setLogNumber(number: number): void
}

const COMPARATOR = 1
const LOG_NUMBER = 2
const NEXT_FILE_NUMBER = 3
const LAST_SEQUENCE = 4
const COMPACT_CURSOR = 5
const DELETED_FILE = 6
const PREVIOUS_LOG_NUMBER = 9
const MIN_LOG_NUMBER_TO_KEEP = 10
const NEW_FILE = 103
const MAX_COLUMN_FAMILY = 203
/** Fields with this bit have their length before them. */
const IGNORABLE = 1 << 13
const LAST_FIELD_OF_FILE = 1

export function applyVersionEdit(record: Uint8Array, target: VersionEditTarget): void {
  const input = new RecordInput(record)
  while (!input.isAtEnd) applyField(input.readNumber(), input, target)
}

function applyField(tag: number, input: RecordInput, target: VersionEditTarget): void {
  switch (tag) {
    case LOG_NUMBER:
      return target.setLogNumber(input.readNumber())
    case NEXT_FILE_NUMBER:
    case LAST_SEQUENCE:
    case PREVIOUS_LOG_NUMBER:
    case MIN_LOG_NUMBER_TO_KEEP:
    case MAX_COLUMN_FAMILY:
      return void input.readNumber()
    case COMPARATOR:
      return input.skipBytes()
    case COMPACT_CURSOR:
      input.readNumber()
      return input.skipBytes()
    case DELETED_FILE:
      input.readNumber()
      return target.deleteFile(input.readNumber())
    case NEW_FILE:
      return applyNewFile(input, target)
    default:
      if ((tag & IGNORABLE) === 0) throw new ReasonError(`a MANIFEST has a field with tag ${tag}`)
      return input.skipBytes()
  }
}

/** Level, number, size, first and last key, first and last sequence number, then fields with a tag each. */
function applyNewFile(input: RecordInput, target: VersionEditTarget): void {
  input.readNumber()
  target.addFile(input.readNumber(), input.readNumber())
  input.skipBytes()
  input.skipBytes()
  input.readNumber()
  input.readNumber()
  while (input.readNumber() !== LAST_FIELD_OF_FILE) input.skipBytes()
}

class RecordInput {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Seven bits a byte, the lowest first. Sequence numbers may lose their lowest bits, and nobody wants them. */
  readNumber(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new ReasonError('a record of a MANIFEST ends within a number')
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  skipBytes(): void {
    const length = this.readNumber()
    if (this.#at + length > this.#bytes.length) throw new ReasonError('a record of a MANIFEST ends within a field')
    this.#at += length
  }
}
