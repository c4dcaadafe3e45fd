// Duty: the bytes of an operator's non-keyed state at one moment, and writing them.
// Invariants: elements lie one after the other, state by state; offsets[i] is where element i begins and one more entry
// marks the end, so a reader can take single elements.
// Thread: the task worker that owns the operator.
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { OperatorStateHandle, StateMetadata } from '../../../storage/state-handles.js'

interface StateOffsets {
  readonly metadata: StateMetadata
  readonly offsets: number[]
}

export class OperatorStateSnapshot {
  readonly #output = new DataOutputView()
  readonly #states: StateOffsets[] = []

  beginState(metadata: StateMetadata): void {
    this.#states.push({ metadata, offsets: [this.#output.position] })
  }

  /** The next element of the state begun last. */
  addElement(write: (output: DataOutputView) => void): void {
    write(this.#output)
    this.#states.at(-1)?.offsets.push(this.#output.position)
  }

  /** Undefined when there is no element. */
  async write(streams: CheckpointStreamFactory): Promise<OperatorStateHandle | undefined> {
    const withElements = this.#states.filter(({ offsets }) => offsets.length > 1)
    if (withElements.length === 0) return undefined
    const stream = await streams.createStream()
    try {
      await stream.write(this.#output.written())
      const handle = await stream.closeAndGetHandle()
      if (handle === undefined) return undefined
      return { states: withElements.map(({ metadata, offsets }) => ({ ...metadata, offsets })), handle }
    } catch (error) {
      await stream.abort()
      throw error
    }
  }
}
