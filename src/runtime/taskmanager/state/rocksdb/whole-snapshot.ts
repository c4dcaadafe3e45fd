// Duty: writes a store's version whole, in the form that every backend reads, key group by key group.
// Invariants: the version does not change while records go on. One key group is in memory at a time. Restored state that
// nobody has asked for goes on as the blocks that it came in; other key groups of it may have entries already, where they
// come of another subtask.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { CheckpointOutputStream, CheckpointStreamFactory } from '../../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StateMetadata } from '../../../../storage/state-handles.js'
import { EMPTY_BLOCK, readBlock, sequenceOf, type KeyGroupBlock } from '../key-group-block.js'
import { KeyGroupStream } from '../key-group-stream.js'
import type { TimeSlices } from '../time-slices.js'
import { entriesOf, takeInSlices } from './cursor-entries.js'
import { EntryEncoder } from './entry-encoder.js'
import { statePrefix } from './entry-key.js'
import { restoredStatePrefix } from './reserved-keys.js'
import type { StateCapture } from './state-capture.js'
import type { StoreVersion } from './store-description.js'

export class WholeSnapshot implements StateCapture {
  readonly #capture: () => StoreVersion
  #version: StoreVersion | undefined

  constructor(capture: () => StoreVersion) {
    this.#capture = capture
  }

  take(): void {
    this.#version = this.#capture()
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    if (this.#version === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a snapshot was never taken' })
    const written = await new WholeState(this.#version).write(await streams.createStream('EXCLUSIVE'), slices)
    return written === undefined ? [] : [written]
  }

  release(): void {
    this.#version?.view.close()
  }
}

/** A version as it is written whole. */
export class WholeState {
  readonly #version: StoreVersion
  readonly #encoder: EntryEncoder
  #numberOfEntries = 0

  constructor(version: StoreVersion) {
    this.#version = version
    this.#encoder = new EntryEncoder(version.keyKind)
  }

  /** That were written. */
  get numberOfEntries(): number {
    return this.#numberOfEntries
  }

  /** None where there is no entry. The stream is closed, or removed on failure. */
  async write(stream: CheckpointOutputStream, slices: TimeSlices): Promise<KeyedStateHandle | undefined> {
    const { states, keyGroups } = this.#version
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
      if (handle === undefined) return undefined
      return { isDelta: false, keyGroups, offsets, states, keyShapes: this.#keyShapes(), handle }
    } catch (error) {
      await stream.abort()
      throw error
    }
  }

  #keyShapes(): readonly string[] | undefined {
    const { waiting, keyShapes } = this.#version
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
    const restored = this.#version.waiting.has(state) ? this.#restoredBlock(state, keyGroup) : EMPTY_BLOCK
    if (restored.entries.length > 0) return restored
    const leftIn = this.#version.leftIn.get(state)
    await takeInSlices(this.#version.view.range(statePrefix(keyGroup, state)), slices, ({ key, value }) => {
      const left = leftIn === undefined ? value : leftIn(value)
      if (left !== undefined) this.#encoder.add({ key, value: left }, metadata)
    })
    const block = this.#encoder.takeBlock(metadata)
    this.#numberOfEntries += block.count
    return block
  }

  #restoredBlock(state: number, keyGroup: number): KeyGroupBlock {
    const cursor = this.#version.view.range(restoredStatePrefix(state, keyGroup))
    const blocks = [...entriesOf(cursor, 1)].map(({ value }) => readBlock(new DataInputView(value)))
    return sequenceOf(blocks)
  }
}
