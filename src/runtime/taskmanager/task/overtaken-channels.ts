// Duty: what the barriers of a checkpoint have overtaken in the channels of a task, until it is written.
// Invariants: what is in flight at the writers is there at once, what comes in only when the barriers of all channels have come.
// Thread: the task's worker.
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { CapturedChannel } from '../network/in-flight-records.js'
import { writeChannelStates } from './channel-state-writer.js'

export class OvertakenChannels {
  readonly #inputs: Promise<readonly CapturedChannel[]>
  readonly #outputs: readonly CapturedChannel[]

  constructor(inputs: Promise<readonly CapturedChannel[]>, outputs: readonly CapturedChannel[]) {
    this.#inputs = inputs
    this.#outputs = outputs
    // Who writes them hears of it, if there is still somebody.
    inputs.catch(() => undefined)
  }

  async write(
    streams: CheckpointStreamFactory,
  ): Promise<Required<Pick<OperatorSubtaskState, 'inputChannels' | 'outputChannels'>>> {
    const [inputChannels = [], outputChannels = []] = await writeChannelStates(
      [await this.#inputs, this.#outputs],
      streams,
    )
    return { inputChannels, outputChannels }
  }
}
