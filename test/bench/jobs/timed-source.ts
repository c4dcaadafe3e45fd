import { RichParallelSourceFunction } from 'flink-ts'
import { ProgressCounter } from './progress.js'
import { timedRecordMaker, type TimedRecord } from './timed-records.js'

/** A source that tells itself how the stream goes: what comes out of windows comes in bursts. */
export class TimedSource extends RichParallelSourceFunction<TimedRecord> {
  readonly #records: number
  readonly #keys: number

  constructor(records: number, keys: number) {
    super()
    this.#records = records
    this.#keys = keys
  }

  *run(): Generator<TimedRecord> {
    const context = this.getRuntimeContext()
    const count = Math.floor(this.#records / context.getNumberOfParallelSubtasks())
    const make = timedRecordMaker(this.#keys, 12345 + context.getIndexOfThisSubtask() * 7777)
    const progress = new ProgressCounter(count)
    for (let id = 0; id < count; id += 1) {
      yield make(id)
      progress.add()
    }
    context.getStandardOutput().write(progress.line(count))
  }
}
