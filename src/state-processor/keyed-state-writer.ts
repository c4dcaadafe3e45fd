/** Keyed state of an operator as it goes into a new snapshot: a handle a subtask, whole, written in the order of key groups. */
import { FlinkError } from '../core/errors/flink-error.js'
import { keyGroupRangeForOperatorIndex } from '../core/keygroups/key-group-assignment.js'
import { keyGroupRangeSize, type KeyGroupRange } from '../core/keygroups/key-group-range.js'
import { EMPTY_BLOCK, type KeyGroupBlock } from '../runtime/taskmanager/state/key-group-block.js'
import { KeyGroupStream } from '../runtime/taskmanager/state/key-group-stream.js'
import type { CheckpointOutputStream } from '../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StateMetadata } from '../storage/state-handles.js'
import { EMPTY_HANDLE, type NewSnapshot } from './new-snapshot.js'

export interface WrittenOperator {
  readonly parallelism: number
  readonly maxParallelism: number
  /** In the order of the blocks. */
  readonly states: readonly StateMetadata[]
  /** Undefined where they are not known. */
  readonly keyShapes: readonly string[] | undefined
}

interface OpenSubtask {
  readonly range: KeyGroupRange
  readonly stream: CheckpointOutputStream
  readonly output: KeyGroupStream
  next: number
}

export class KeyedStateWriter {
  readonly #snapshot: NewSnapshot
  readonly #operator: WrittenOperator
  readonly #handles: (KeyedStateHandle | undefined)[] = []
  #open: OpenSubtask | undefined

  constructor(snapshot: NewSnapshot, operator: WrittenOperator) {
    this.#snapshot = snapshot
    this.#operator = operator
  }

  /** Blocks by the name of their state; key groups come in their order, and those without an entry need not. */
  async write(keyGroup: number, blocks: ReadonlyMap<string, KeyGroupBlock>): Promise<void> {
    const subtask = await this.#subtaskOf(keyGroup)
    for (; subtask.next < keyGroup; subtask.next += 1) await subtask.output.write([])
    await subtask.output.write(this.#operator.states.map(({ name }) => blocks.get(name) ?? EMPTY_BLOCK))
    subtask.next = keyGroup + 1
  }

  /** By subtask; undefined for one without entries. */
  async finish(): Promise<readonly (KeyedStateHandle | undefined)[]> {
    await this.#finishSubtask()
    while (this.#handles.length < this.#operator.parallelism) this.#handles.push(undefined)
    // Or nobody would know any more that there are these states.
    if (!this.#handles.some((handle) => handle !== undefined)) this.#handles[0] = this.#emptyHandle()
    return this.#handles
  }

  #emptyHandle(): KeyedStateHandle {
    const { states, keyShapes, maxParallelism, parallelism } = this.#operator
    const keyGroups = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, 0)
    const offsets = Array.from({ length: keyGroupRangeSize(keyGroups) + 1 }, () => 0)
    return { isDelta: false, keyGroups, offsets, states, keyShapes, handle: EMPTY_HANDLE }
  }

  async #subtaskOf(keyGroup: number): Promise<OpenSubtask> {
    if (this.#open !== undefined && keyGroup <= this.#open.range.end) return this.#open
    await this.#finishSubtask()
    const { maxParallelism, parallelism } = this.#operator
    for (let index = this.#handles.length; index < parallelism; index += 1) {
      const range = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, index)
      if (keyGroup > range.end) {
        this.#handles.push(undefined)
        continue
      }
      const stream = await this.#snapshot.streams.createStream()
      this.#open = { range, stream, output: new KeyGroupStream(stream), next: range.start }
      return this.#open
    }
    throw new FlinkError('ASSERTION_FAILED', { what: `there is no key group ${String(keyGroup)}` })
  }

  async #finishSubtask(): Promise<void> {
    const subtask = this.#open
    if (subtask === undefined) return
    this.#open = undefined
    const { range, output, stream } = subtask
    for (; subtask.next <= range.end; subtask.next += 1) await output.write([])
    const offsets = await output.finish()
    const handle = await stream.closeAndGetHandle()
    const { states, keyShapes } = this.#operator
    this.#handles.push(handle && { isDelta: false, keyGroups: range, offsets, states, keyShapes, handle })
  }
}
