// Duty: what the barriers of a checkpoint have overtaken in the channels of a task, until it is written.
// Invariants: what comes in is there when the barriers of all channels have come, what goes out at once, or where barriers wait
// among the records when they have left or overtaken.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import type { CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { CapturedChannel } from '../network/in-flight-records.js'
import { slicesOfTask, type TimeSlices } from '../state/time-slices.js'
import { writeChannelStates } from './channel-state-writer.js'
import type { Mailbox } from './mailbox.js'

export interface WrittenChannels extends Required<Pick<OperatorSubtaskState, 'inputChannels' | 'outputChannels'>> {
  /** A barrier has overtaken, whether there was something or not. */
  readonly isUnaligned: boolean
}

export class OvertakenChannels {
  readonly #checkpointId: number
  readonly #inputs: Promise<readonly CapturedChannel[]>
  #slices: TimeSlices | undefined
  readonly #outputs: Promise<readonly CapturedChannel[]> | readonly CapturedChannel[]

  constructor(
    checkpointId: number,
    inputs: Promise<readonly CapturedChannel[]>,
    outputs: Promise<readonly CapturedChannel[]> | readonly CapturedChannel[],
  ) {
    this.#checkpointId = checkpointId
    this.#inputs = inputs
    this.#outputs = outputs
    // Who writes them hears of it, if there is still somebody.
    void Promise.allSettled([inputs])
  }

  /** What there was to overtake; lists without channels where nothing was. */
  async write(streams: CheckpointStreamFactory, clock: Clock, mailbox: Pick<Mailbox, 'put'>): Promise<WrittenChannels> {
    const slices = slicesOfTask({
      clock,
      enqueueMail: (mail) => {
        mailbox.put(mail)
      },
    })
    this.#slices = slices
    const [inputs, outputs] = [await this.#inputs, await this.#outputs]
    const [inputChannels = [], outputChannels = []] = await writeChannelStates([inputs, outputs], streams, slices)
    return { inputChannels, outputChannels, isUnaligned: inputs.length + outputs.length > 0 }
  }

  /** Nobody wants them any more: what is being written leaves no file. */
  cancel(): void {
    this.#slices?.cancel(
      new FlinkError('CHECKPOINT_DECLINED', { checkpointId: this.#checkpointId, reason: 'it was cancelled' }),
    )
  }
}
