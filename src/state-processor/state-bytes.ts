/**
 * Sizes and numbers of entries of keyed state, out of what stands before each block: the entries themselves are not read, so a
 * snapshot of 1 GB takes some thousand reads of a few bytes. Nothing is verified against a checksum by that.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileReader } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { HAS_REMOVED_KEYS, IS_SEQUENCE, readBlockHeader } from '../runtime/taskmanager/state/key-group-block.js'
import type { KeyedStateHandle, StreamStateHandle } from '../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../storage/unreadable-state.js'

/** What a handle has of one of its states. */
export interface StateBytes {
  entries: number
  sizeBytes: number
  /** Some entries replace or remove others, and how many does not stand there. */
  hasChanges: boolean
}

/** Of flags and two numbers, with room to spare. */
const HEADER_BYTES = 24
/** Blocks that are on average smaller lie together in one read. */
const SMALL_BLOCK_BYTES = 8 * 1024
const LONG_READ_BYTES = 256 * 1024
const SHORT_READ_BYTES = 512

/** By the place of the state in the handle. */
export async function stateBytesOf(handle: KeyedStateHandle, fileSystems: FileSystems): Promise<StateBytes[]> {
  const found = handle.states.map((): StateBytes => ({ entries: 0, sizeBytes: 0, hasChanges: handle.isDelta }))
  const blocks = Math.max(1, (handle.offsets.length - 1) * handle.states.length)
  const sizeBytes = handle.offsets.at(-1) ?? 0
  const readBytes = sizeBytes / blocks < SMALL_BLOCK_BYTES ? LONG_READ_BYTES : SHORT_READ_BYTES
  const bytes = await HandleBytes.open(handle.handle, readBytes, fileSystems)
  try {
    for (let index = 0; index + 1 < handle.offsets.length; index += 1) {
      const [start = 0, end = 0] = handle.offsets.slice(index, index + 2)
      if (end > start) await addKeyGroup({ start, end }, bytes, found)
    }
  } catch (error) {
    throw unreadableState(error, { files: [fileOfHandle(handle.handle)], block: 'a key group' })
  } finally {
    await bytes.close()
  }
  return found
}

interface Range {
  readonly start: number
  readonly end: number
}

async function addKeyGroup({ start, end }: Range, bytes: HandleBytes, found: readonly StateBytes[]): Promise<void> {
  let at = start
  for (const state of found) at = await addBlock({ start: at, end }, bytes, state)
}

/** Returns where it ends. */
async function addBlock({ start, end }: Range, bytes: HandleBytes, state: StateBytes): Promise<number> {
  const input = new DataInputView(await bytes.at(start, Math.min(HEADER_BYTES, end - start)))
  const { flags, count, lengthBytes } = readBlockHeader(input)
  const entriesStart = start + input.position
  const blockEnd = entriesStart + lengthBytes
  if (blockEnd > end) throw new FlinkError('ASSERTION_FAILED', { what: 'a block is longer than its key group' })
  if ((flags & IS_SEQUENCE) === 0) {
    state.entries += count
    state.sizeBytes += blockEnd - start
    if ((flags & HAS_REMOVED_KEYS) !== 0) state.hasChanges = true
    return blockEnd
  }
  state.hasChanges = true
  let at = entriesStart
  for (let index = 0; index < count; index += 1) at = await addBlock({ start: at, end: blockEnd }, bytes, state)
  return blockEnd
}

/** Bytes of a handle at places that only ever go forward. */
class HandleBytes {
  readonly #reader: FileReader | undefined
  readonly #startInFile: number
  readonly #lengthBytes: number
  readonly #readBytes: number
  #held: Uint8Array
  #heldFrom = 0

  private constructor(reader: FileReader | undefined, held: Uint8Array, place: Range, readBytes: number) {
    this.#reader = reader
    this.#held = held
    this.#startInFile = place.start
    this.#lengthBytes = place.end - place.start
    this.#readBytes = readBytes
  }

  static async open(handle: StreamStateHandle, readBytes: number, fileSystems: FileSystems): Promise<HandleBytes> {
    if (handle.kind === 'inline') {
      return new HandleBytes(undefined, handle.bytes, { start: 0, end: handle.bytes.length }, readBytes)
    }
    const { fileSystem, path: file } = fileSystems.forUri(handle.uri)
    const place = { start: handle.offset, end: handle.offset + handle.lengthBytes }
    const reader = await fileSystem.openForRead(file).catch((error: unknown) => {
      if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
      const block = `bytes ${String(place.start)} to ${String(place.end)}`
      throw new FlinkError('SNAPSHOT_CORRUPT', { file, block, reason: 'the file is missing' }, { cause: error })
    })
    return new HandleBytes(reader, new Uint8Array(0), place, readBytes)
  }

  async at(position: number, count: number): Promise<Uint8Array> {
    const from = position - this.#heldFrom
    if (from >= 0 && from + count <= this.#held.length) return this.#held.subarray(from, from + count)
    if (this.#reader === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'inline state is cut off' })
    const wanted = Math.min(Math.max(count, this.#readBytes), this.#lengthBytes - position)
    this.#held = await this.#reader.read(this.#startInFile + position, wanted)
    this.#heldFrom = position
    if (this.#held.length < count) throw new FlinkError('ASSERTION_FAILED', { what: 'the file is cut off' })
    return this.#held.subarray(0, count)
  }

  async close(): Promise<void> {
    await this.#reader?.close()
  }
}
