/** W2 with a count that may be asked about: tells how much processor time its one task took for a record. */
import { readFileSync } from 'node:fs'
import { RichMapFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import type { BenchRecord } from './bench-records.js'
import { benchSource } from './bench-source.js'

/** Where Linux tells how long this thread has run, ns: the first number. */
const SCHEDULE_FILE = '/proc/thread-self/schedstat'
/** To read the file takes 10 us: nothing beside 20 ms of records. */
const RECORDS_A_READING = 50_000

class RunningCount extends RichMapFunction<BenchRecord, number> {
  #count: ValueState<number> | undefined

  override open(): void {
    const descriptor = new ValueStateDescriptor<number>('count').setQueryable('count')
    this.#count = this.getRuntimeContext().getState(descriptor)
  }

  map(): number {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return count
  }
}

/** Prints the moments of its readings, and how long the thread has run until then. */
class Tell extends RichSinkFunction<number> {
  readonly #timesMs: number[] = []
  readonly #ranNs: number[] = []
  #seen = 0

  override invoke(): void {
    this.#seen += 1
    if (this.#seen % RECORDS_A_READING !== 0) return
    this.#timesMs.push(Date.now())
    this.#ranNs.push(Number(readFileSync(SCHEDULE_FILE, 'utf8').split(' ')[0]))
  }

  override finish(): void {
    const told = { step: RECORDS_A_READING, timesMs: this.#timesMs, ranNs: this.#ranNs }
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`${JSON.stringify(told)}\n`)
  }
}

export default function queriedCountJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  benchSource(env, params)
    .keyBy((record) => record.key)
    .map(new RunningCount())
    .uid('count')
    .addSink(new Tell())
}
