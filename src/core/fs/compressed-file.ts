// Duty: which files are packed, by ending and by first bytes, and reading them as if they were not.
// Invariants: nothing packed is ever read as text: it is unpacked by its ending, or refused by name.
import { FlinkError } from '../errors/flink-error.js'
import { messageOf } from '../errors/thrown-value.js'
import { ChunkedBytes } from './chunked-bytes.js'
import type { FileReader, FileSystem } from './file-system.js'
import {
  canUnpackZstd,
  unpackBzip2,
  unpackDeflate,
  unpackGzip,
  unpackXz,
  unpackZstd,
  type Unpacker,
} from './unpackers.js'

const BLOCK_BYTES = 64 * 1024
const ADVICE = 'Unpack it first, or pack it as .gz'

const UNPACKERS: Readonly<Record<string, Unpacker>> = {
  deflate: unpackDeflate,
  gz: unpackGzip,
  gzip: unpackGzip,
  bz2: unpackBzip2,
  xz: unpackXz,
  zst: unpackZstd,
}

/** Endings of what is packed in a way that is not unpacked here. */
const REFUSED = new Set(
  '7z br cab iso jar lrz lz lz4 lzfse lzma lzo rar snappy sz tar taz tbz tbz2 tgz tlz txz tzst whl xar z zip zlib zpaq zst zstd zz'.split(
    ' ',
  ),
)

/** First bytes, none of which any text begins with, and whose they are. */
const SIGNATURES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['bzip2', [0x42, 0x5a, 0x68, -1, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['compress (.Z)', [0x1f, 0x9d]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
]
const LONGEST_SIGNATURE = Math.max(...SIGNATURES.map(([, bytes]) => bytes.length))
/** Any byte. */
const ANY = -1

/** What is read of a file that is read from front to back. */
export type SequentialReader = Pick<FileReader, 'read' | 'close'>

/** True when the file is to be unpacked; FILE_COMPRESSION_UNSUPPORTED for an ending of which nothing is known but that it is packed. */
export function isCompressed(path: string): boolean {
  const [ending = '', before] = path
    .slice(path.lastIndexOf('/') + 1)
    .toLowerCase()
    .split('.')
    .reverse()
  if (before === undefined) return false
  const isUnpacked = Object.hasOwn(UNPACKERS, ending) && (ending !== 'zst' || canUnpackZstd())
  if (isUnpacked && before === 'tar') throw refused(path, `a .tar.${ending} holds an archive of files and not lines`)
  if (!isUnpacked && REFUSED.has(ending)) throw refused(path, `files that end with .${ending} are not unpacked here`)
  return isUnpacked
}

/** A file that may be packed: it is read from front to back only, and positions are those of the unpacked bytes. */
export async function openUnpacked(fileSystem: FileSystem, path: string): Promise<SequentialReader> {
  const reader = await fileSystem.openForRead(path)
  try {
    return await unpacked(reader, path)
  } catch (error) {
    await reader.close()
    throw error
  }
}

async function unpacked(reader: FileReader, path: string): Promise<SequentialReader> {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  const unpacker = isCompressed(path) ? UNPACKERS[ending] : undefined
  if (unpacker !== undefined) return new UnpackingReader(reader, path, unpacker)
  const start = await reader.read(0, LONGEST_SIGNATURE)
  const found = SIGNATURES.find(([, bytes]) => bytes.every((byte, at) => byte === ANY || byte === start[at]))
  if (found !== undefined) throw refused(path, `its first bytes are those of ${found[0]}, which its name does not say`)
  return new BegunReader(reader, start)
}

function refused(path: string, reason: string): FlinkError {
  return new FlinkError('FILE_COMPRESSION_UNSUPPORTED', { path, reason, advice: ADVICE })
}

/** What was read of the file already is not read again: of a file elsewhere that would be a second download. */
class BegunReader implements SequentialReader {
  readonly #reader: FileReader
  readonly #start: Uint8Array

  constructor(reader: FileReader, start: Uint8Array) {
    this.#reader = reader
    this.#start = start
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset >= this.#start.length) return this.#reader.read(offset, length)
    const begun = this.#start.subarray(offset, offset + length)
    const left = length - begun.length
    if (left === 0 || this.#start.length < LONGEST_SIGNATURE) return begun
    return Buffer.concat([begun, await this.#reader.read(this.#start.length, left)])
  }

  close(): Promise<void> {
    return this.#reader.close()
  }
}

class UnpackingReader implements SequentialReader {
  readonly #reader: FileReader
  readonly #path: string
  readonly #unpacked: AsyncIterator<Uint8Array>
  /** Packed bytes that were read. */
  #packedBytes = 0
  readonly #bytes = new ChunkedBytes(() => this.#nextChunk())

  constructor(reader: FileReader, path: string, unpacker: Unpacker) {
    this.#reader = reader
    this.#path = path
    this.#unpacked = unpacker(this.#packed())[Symbol.asyncIterator]()
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < this.#bytes.start) {
      throw new FlinkError('ASSERTION_FAILED', { what: `${this.#path} is read backwards while it is unpacked` })
    }
    return this.#bytes.read(offset, length)
  }

  async close(): Promise<void> {
    await this.#unpacked.return?.()
    await this.#reader.close()
  }

  async #nextChunk(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#unpacked.next()
      return next.done === true ? undefined : next.value
    } catch (error) {
      if (FlinkError.is(error)) throw error
      const { sizeBytes } = this.#reader
      const reason = messageOf(error)
      const details = { path: this.#path, reason, offset: this.#packedBytes, sizeBytes }
      throw new FlinkError('FILE_UNPACKING_FAILED', details, { cause: error })
    }
  }

  async *#packed(): AsyncIterable<Uint8Array> {
    for (;;) {
      const bytes = await this.#reader.read(this.#packedBytes, BLOCK_BYTES)
      if (bytes.length === 0) return
      this.#packedBytes += bytes.length
      yield bytes
    }
  }
}
