import { RichSinkFunction } from 'flink-ts'
import { ProgressCounter } from './progress.js'

/** Adds up a number of each record and prints how the stream went. */
export class ProgressSink<T> extends RichSinkFunction<T> {
  readonly #records: number
  readonly #numberOf: (record: T) => number
  #progress: ProgressCounter | undefined
  #sum = 0

  constructor(records: number, numberOf: (record: T) => number) {
    super()
    this.#records = records
    this.#numberOf = numberOf
  }

  override open(): void {
    this.#progress = new ProgressCounter(this.#records / this.getRuntimeContext().getNumberOfParallelSubtasks())
  }

  invoke(record: T): void {
    this.#sum += this.#numberOf(record)
    this.#progress?.add()
  }

  override finish(): void {
    this.getRuntimeContext()
      .getStandardOutput()
      .write(this.#progress?.line(this.#sum) ?? '')
  }
}
