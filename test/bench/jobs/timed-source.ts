import { RichParallelSourceFunction } from 'flink-ts'
import { ProgressCounter } from './progress.js'
import { timedRecordMaker, type TimedRecord } from './timed-records.js'

/** A source that tells itself how the stream goes: what comes out of windows comes in bursts. */
export class TimedSource extends RichParallelSourceFunction<TimedRecord> {
  readonly #records: number
  readonly #makerOf: (seed: number) => (id: number) => TimedRecord

  /** `made`: of so many keys, or by a maker for each subtask. */
  constructor(records: number, made: number | ((seed: number) => (id: number) => TimedRecord)) {
    super()
    this.#records = records
    this.#makerOf = typeof made === 'number' ? (seed) => timedRecordMaker(made, seed) : made
  }

  *run(): Generator<TimedRecord> {
    const context = this.getRuntimeContext()
    const count = Math.floor(this.#records / context.getNumberOfParallelSubtasks())
    const make = this.#makerOf(12345 + context.getIndexOfThisSubtask() * 7777)
    const progress = new ProgressCounter(count)
    for (let id = 0; id < count; id += 1) {
      yield make(id)
      progress.add()
    }
    context.getStandardOutput().write(progress.line(count))
  }
}
