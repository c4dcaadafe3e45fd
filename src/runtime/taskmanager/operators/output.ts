// Duty: what an operator sees of everything downstream of it, be it a chained operator or a network channel.
// Invariants: calls are synchronous and never block; order is kept. A record is copied before collect returns, or
// handed on by reference where the job says so: its emitter may do with the object what it likes.
// Thread: the task worker that owns the operator.
import type { TimeTarget } from '../eventtime/time-target.js'
import type { RecordBatch } from '../network/record-batch.js'
import type { StageRun } from './stage-run.js'

export interface Output extends TimeTarget {
  /** Where the one reader of this output is a stage: the run of stages that begins with it. */
  readonly stageRun: StageRun | undefined
  collect(value: unknown, timestamp: number): void
  /** Records that nobody else has, as they lie together in a channel; false, and where it is not there: nothing was taken. */
  collectBatch?(batch: RecordBatch): boolean
  collectSideOutput(tag: string, value: unknown, timestamp: number): void
}
