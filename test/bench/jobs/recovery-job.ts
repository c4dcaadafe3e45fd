/**
 * W2 downstream of a map that throws once; says how long it took until each subtask of the map and of the keyed
 * operator had a record again. The source begins anew then: what it gives is the same.
 */
import { rmSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { RestartStrategies, RichMapFunction, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, RuntimeContext, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import type { BenchRecord } from './bench-records.js'
import { benchSource } from './bench-source.js'
import { ProgressSink } from './progress-sink.js'

/** When it threw, for the threads of the process; a restart makes all objects anew. */
const NOTE = path.join(tmpdir(), `flink-ts-recovery-${String(process.pid)}`)

function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

class FirstRecord {
  readonly #where: string
  readonly #context: RuntimeContext
  #isAwaited: boolean

  constructor(where: string, context: RuntimeContext) {
    this.#where = where
    this.#context = context
    this.#isAwaited = context.getAttemptNumber() > 0
  }

  seen(): void {
    if (!this.#isAwaited) return
    this.#isAwaited = false
    const ms = nowMs() - Number(readFileSync(NOTE, 'utf8'))
    this.#context.getStandardOutput().write(`RECOVERED ${this.#where} ${String(ms)}\n`)
  }
}

class ThrowOnce extends RichMapFunction<BenchRecord, BenchRecord> {
  readonly #throwAt: number
  #first: FirstRecord | undefined
  #count = 0

  constructor(throwAt: number) {
    super()
    this.#throwAt = throwAt
  }

  override open(): void {
    const context = this.getRuntimeContext()
    this.#first = new FirstRecord('chain', context)
    this.#count = context.getAttemptNumber() > 0 || context.getIndexOfThisSubtask() > 0 ? Infinity : 0
  }

  map(record: BenchRecord): BenchRecord {
    this.#first?.seen()
    this.#count += 1
    if (this.#count !== this.#throwAt) return record
    writeFileSync(NOTE, String(nowMs()))
    throw new Error('planned')
  }
}

class CountAndTell extends RichMapFunction<BenchRecord, [string, number]> {
  #count: ValueState<number> | undefined
  #first: FirstRecord | undefined

  override open(): void {
    const context = this.getRuntimeContext()
    this.#count = context.getState(new ValueStateDescriptor<number>('count'))
    this.#first = new FirstRecord('keyed', context)
  }

  map(record: BenchRecord): [string, number] {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    this.#first?.seen()
    return [record.key, count]
  }

  override close(): void {
    if (this.getRuntimeContext().getAttemptNumber() > 0) rmSync(NOTE, { force: true })
  }
}

export default function recoveryJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env.setRestartStrategy(RestartStrategies.fixedDelayRestart(1, 0))
  const records = params.getInt('records')
  benchSource(env, params)
    .map(new ThrowOnce(Math.floor(records / 4)))
    .keyBy((record) => record.key)
    .map(new CountAndTell())
    .uid('count')
    .addSink(new ProgressSink<[string, number]>(records, (counted) => counted[1]))
}
