// Duty: what the barriers of a checkpoint have overtaken in the channels of a task, until it is written.
// Invariants: what comes in is there when the barriers of all channels have come, what goes out at once, or where barriers wait
// among the records when they have left or overtaken.
// Thread: the task's worker.
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { CapturedChannel } from '../network/in-flight-records.js'
import { writeChannelStates } from './channel-state-writer.js'

export interface WrittenChannels extends Required<Pick<OperatorSubtaskState, 'inputChannels' | 'outputChannels'>> {
  /** A barrier has overtaken, whether there was something or not. */
  readonly isUnaligned: boolean
}

export class OvertakenChannels {
  readonly #inputs: Promise<readonly CapturedChannel[]>
  readonly #outputs: Promise<readonly CapturedChannel[]> | readonly CapturedChannel[]

  constructor(
    inputs: Promise<readonly CapturedChannel[]>,
    outputs: Promise<readonly CapturedChannel[]> | readonly CapturedChannel[],
  ) {
    this.#inputs = inputs
    this.#outputs = outputs
    // Who writes them hears of it, if there is still somebody.
    void Promise.allSettled([inputs])
  }

  /** What there was to overtake; lists without channels where nothing was. */
  async write(streams: CheckpointStreamFactory): Promise<WrittenChannels> {
    const [inputs, outputs] = [await this.#inputs, await this.#outputs]
    const [inputChannels = [], outputChannels = []] = await writeChannelStates([inputs, outputs], streams)
    return { inputChannels, outputChannels, isUnaligned: inputs.length + outputs.length > 0 }
  }
}
