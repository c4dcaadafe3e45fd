// Duty: the block of one state in one key group, in the form that every backend reads: out of the bytes that the store has
// of its entries, without their types.
// Invariants: entries come in the order of the store, so those of one map or list come together; they are one entry of the block.
// Thread: the task worker that owns the backend.
import { decodeKey, type KeyKind } from '../../../../core/keygroups/canonical-key.js'
import { KeyShapes } from '../../../../core/keygroups/key-shapes.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { structuredSerializer } from '../../../../core/types/structured-serializer.js'
import type { StateMetadata } from '../../../../storage/state-handles.js'
import { blockFlags, EMPTY_BLOCK, type KeyGroupBlock } from '../key-group-block.js'
import { beginsWith } from './begins-with.js'
import { STATE_PREFIX_BYTES } from './entry-key.js'
import type { KvEntry } from './kv-store.js'

export class EntryEncoder {
  readonly #keyKind: KeyKind
  readonly #shapes: KeyShapes
  readonly #keySerializer = structuredSerializer()
  readonly #entries = new DataOutputView()
  readonly #removed = new DataOutputView()
  readonly #parts = new DataOutputView()
  #count = 0
  #removedCount = 0
  #wholeSize = 0
  /** Of the map or list whose parts come. */
  #wholePrefix: Uint8Array | undefined

  constructor(keyKind: KeyKind) {
    this.#keyKind = keyKind
    this.#shapes = new KeyShapes(keyKind)
  }

  add({ key, value }: KvEntry, { kind }: StateMetadata): void {
    if (kind === 'map') this.#addPart(key, 1, value)
    else if (kind === 'list') this.#addChunk(key, value)
    else {
      this.#writeKey(key, this.#entries)
      this.#count += 1
      this.#entries.writeBytes(value)
    }
  }

  /** An entry that there is no more. */
  addRemoved(prefix: Uint8Array): void {
    this.#writeKey(prefix, this.#removed)
    this.#removedCount += 1
  }

  /** What was added since the last call. */
  takeBlock(metadata: StateMetadata): KeyGroupBlock {
    this.#endWhole()
    const [count, removedCount] = [this.#count, this.#removedCount]
    if (count + removedCount === 0) return EMPTY_BLOCK
    const block = { flags: blockFlags(metadata, removedCount), count, entries: this.#takeBytes() }
    this.#count = 0
    this.#removedCount = 0
    return block
  }

  /** Of all keys so far. */
  shapes(): readonly string[] {
    return this.#shapes.list()
  }

  #takeBytes(): Uint8Array {
    const entries = this.#entries.written()
    const output = new DataOutputView(entries.length + this.#removed.position + 9)
    if (this.#removedCount > 0) {
      output.writeVarInt(this.#removedCount)
      output.writeBytes(this.#removed.written())
    }
    output.writeBytes(entries)
    this.#entries.reset()
    this.#removed.reset()
    return output.written()
  }

  /** Each has the number of its elements in front of them. */
  #addChunk(key: Uint8Array, value: Uint8Array): void {
    const input = new DataInputView(value)
    const count = input.readVarInt()
    this.#addPart(key, count, value.subarray(input.position))
  }

  #addPart(key: Uint8Array, size: number, bytes: Uint8Array): void {
    if (this.#wholePrefix === undefined || !beginsWith(key, this.#wholePrefix)) {
      this.#endWhole()
      this.#wholePrefix = key.subarray(0, this.#writeKey(key, this.#entries))
      this.#count += 1
    }
    this.#wholeSize += size
    this.#parts.writeBytes(bytes)
  }

  #endWhole(): void {
    if (this.#wholePrefix === undefined) return
    this.#entries.writeVarInt(this.#wholeSize)
    this.#entries.writeBytes(this.#parts.written())
    this.#parts.reset()
    this.#wholePrefix = undefined
    this.#wholeSize = 0
  }

  /** Key and namespace, as they stand in front of a value; how long their prefix in the store is. */
  #writeKey(entryKey: Uint8Array, output: DataOutputView): number {
    const input = new DataInputView(entryKey)
    input.skip(STATE_PREFIX_BYTES)
    const length = input.readVarInt()
    const end = input.position + length
    const key = decodeKey(this.#keyKind, input)
    input.position = end
    this.#shapes.add(key)
    this.#keySerializer.serialize(key, output)
    output.writeBytes(input.readBytes(input.readVarInt()))
    return input.position
  }
}
