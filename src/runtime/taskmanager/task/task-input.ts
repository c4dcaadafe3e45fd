// Duty: what a task works on in a step: the next records of its source, or of its channels.
// Invariants: `process` is called only while the task may take input; it returns soon. What kind of input it is, its task
// does not know.
// Thread: the task's worker.
import type { ChannelStateHandle } from '../../../storage/state-handles.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { SourceStatus } from '../operators/stream-operator.js'
import type { AnnouncedBarriers } from './announced-barriers.js'

/** When the checkpoint that the task was told to take is taken: at once, or by the input, when it has been read to its end or what is in flight is known. */
export type TriggerAnswer = 'take-now' | 'by-input'

export interface TaskInput {
  /** `more`: call again; `waiting`: nothing there now; `end`: all records have been given, barriers may still come. */
  process(): SourceStatus
  /** Asked before the worker sleeps: true when `process` would find something. */
  hasData(): boolean
  /** Nothing comes any more, no barrier either. */
  readonly isExhausted: boolean
  /** Where barriers may have overtaken what comes in; absent where nothing does. */
  readonly announced?: AnnouncedBarriers
  /** What was in flight to it in the restored checkpoint, before anything is processed; absent where nothing can be. */
  restoreChannels?(handles: readonly ChannelStateHandle[]): Promise<void>
  /** The records have ended, and so does time; the watermark may be pending afterwards. */
  advanceToEndOfTime(): void
  onTrigger(barrier: CheckpointBarrier): TriggerAnswer
  onCheckpointAborted(checkpointId: number): void
  /** No record is given from here on, until `resume`: a snapshot that ends the job is on its way. */
  pause(): void
  resume(): void
  /** The snapshot is complete: it ends here, where nobody upstream ends it. */
  endEarly(): void
  /** Mail came, so there may be something again. */
  awaken(): void
  /** The task has ended before its input: whoever produces it is to stop. */
  cancel(): void
  close(): void
}
