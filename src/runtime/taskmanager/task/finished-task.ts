// Duty: takes the place of a task that had finished when the restored checkpoint was taken: it only ends its outputs.
// Invariants: runs no user code; its readers see the greatest watermark and the end.
// Thread: the task's worker.
import type { TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import type { ChannelWriter } from '../network/channel.js'
import { MAX_WATERMARK } from '../network/stream-element.js'
import type { ChannelConnector } from './channel-connector.js'
import type { StepResult } from './stream-task.js'
import type { TaskEnvironment } from './task-environment.js'
import { TaskLife } from './task-life.js'

export class FinishedTask {
  readonly descriptor: TaskDeploymentDescriptor
  readonly #life: TaskLife
  readonly #outputs: readonly ChannelWriter[]
  #begun = false

  constructor(descriptor: TaskDeploymentDescriptor, environment: TaskEnvironment, channels: ChannelConnector) {
    this.descriptor = descriptor
    this.#life = new TaskLife(descriptor.executionId, environment.send)
    this.#outputs = descriptor.outputs.flatMap((edge) => edge.channels.map((channel) => channels.writer(channel)))
    for (const edge of descriptor.inputs) for (const channel of edge.channels) channels.reader(channel).close()
  }

  get isTerminal(): boolean {
    return this.#life.isTerminal
  }

  step(): StepResult {
    if (this.#life.isTerminal) return 'done'
    if (!this.#begun) this.#begin()
    for (const output of this.#outputs) if (!output.flush()) return 'idle'
    this.#life.moveTo('closing')
    this.#life.moveTo('finished', { accumulators: {} })
    return 'done'
  }

  hasWork(): boolean {
    return !this.#life.isTerminal && this.#outputs.every((output) => output.isAvailable())
  }

  triggerCheckpoint(): void {
    // It is counted as finished: nobody waits for its answer.
  }

  notifyCheckpointComplete(): void {
    // Nothing of it was in the checkpoint.
  }

  notifyCheckpointAborted(): void {
    // Nothing of it was in the checkpoint.
  }

  handleOperatorEvent(): void {
    // Its coordinator does not run either.
  }

  fail(error: unknown): void {
    if (!this.#life.isTerminal) this.#life.moveTo('failed', { error })
  }

  cancel(): Promise<void> {
    if (!this.#life.isTerminal) {
      this.#life.moveTo('canceling')
      this.#life.moveTo('canceled')
    }
    return Promise.resolve()
  }

  #begin(): void {
    this.#begun = true
    this.#life.moveTo('restoring')
    this.#life.moveTo('running')
    this.#life.moveTo('draining')
    for (const output of this.#outputs) {
      output.writeWatermark(MAX_WATERMARK)
      output.writeEndOfData()
      output.writeEndOfPartition()
    }
  }
}
