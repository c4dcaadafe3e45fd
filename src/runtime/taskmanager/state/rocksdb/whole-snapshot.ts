// Duty: writes a store's version whole, in the form that every backend reads, key group by key group.
// Invariants: the version does not change while records go on. One block of a key group is in memory at a time. Restored
// state that nobody has asked for goes on as the blocks that it came in.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { CheckpointedStateScope, CheckpointStreamFactory } from '../../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StateMetadata } from '../../../../storage/state-handles.js'
import { readBlock, sequenceOf, type KeyGroupBlock } from '../key-group-block.js'
import { KeyGroupStream } from '../key-group-stream.js'
import type { KeyedStateSnapshot } from '../keyed-state-backend.js'
import type { TimeSlices } from '../time-slices.js'
import { entriesOf, takeInSlices } from './cursor-entries.js'
import { EntryEncoder } from './entry-encoder.js'
import { STATE_PREFIX_BYTES, writeStatePrefix } from './entry-key.js'
import { restoredStatePrefix } from './reserved-keys.js'
import type { StoreContents } from './store-contents.js'

export class WholeSnapshot implements KeyedStateSnapshot {
  readonly #contents: StoreContents
  readonly #scope: CheckpointedStateScope
  readonly #encoder: EntryEncoder
  #numberOfEntries = 0

  constructor(contents: StoreContents, scope: CheckpointedStateScope = 'EXCLUSIVE') {
    this.#contents = contents
    this.#scope = scope
    this.#encoder = new EntryEncoder(contents.keyKind)
  }

  /** That were written. */
  get numberOfEntries(): number {
    return this.#numberOfEntries
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    const { states, keyGroups } = this.#contents
    if (states.length === 0) return []
    const stream = await streams.createStream(this.#scope)
    try {
      const output = new KeyGroupStream(stream)
      for (let keyGroup = keyGroups.start; keyGroup <= keyGroups.end; keyGroup += 1) {
        const blocks: KeyGroupBlock[] = []
        for (const [state, metadata] of states.entries()) {
          blocks.push(await this.#blockOf(keyGroup, { state, metadata }, slices))
        }
        await output.write(blocks)
      }
      const offsets = await output.finish()
      const handle = await stream.closeAndGetHandle()
      if (handle === undefined) return []
      return [{ isDelta: false, keyGroups, offsets, states, keyShapes: this.#keyShapes(), handle }]
    } catch (error) {
      await stream.abort()
      throw error
    }
  }

  release(): void {
    this.#contents.view.close()
  }

  #keyShapes(): readonly string[] | undefined {
    const { waiting, keyShapes } = this.#contents
    const written = this.#encoder.shapes()
    if (waiting.size === 0) return written
    return keyShapes === undefined ? undefined : [...new Set([...keyShapes, ...written])].sort()
  }

  async #blockOf(
    keyGroup: number,
    { state, metadata }: { state: number; metadata: StateMetadata },
    slices: TimeSlices,
  ): Promise<KeyGroupBlock> {
    if (slices.step()) await slices.next()
    if (this.#contents.waiting.has(state)) return this.#restoredBlock(state, keyGroup)
    const output = new DataOutputView(STATE_PREFIX_BYTES)
    writeStatePrefix(keyGroup, state, output)
    await takeInSlices(this.#contents.view.range(output.written()), slices, (entry) => {
      this.#encoder.add(entry, metadata)
    })
    const block = this.#encoder.takeBlock(metadata)
    this.#numberOfEntries += block.count
    return block
  }

  #restoredBlock(state: number, keyGroup: number): KeyGroupBlock {
    const cursor = this.#contents.view.range(restoredStatePrefix(state, keyGroup))
    const blocks = [...entriesOf(cursor, 1)].map(({ value }) => readBlock(new DataInputView(value)))
    return sequenceOf(blocks)
  }
}
