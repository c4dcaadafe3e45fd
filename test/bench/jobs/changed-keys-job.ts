/**
 * Counts `--keys` keys, each once, then a hundredth of them once more whenever a further file is there (`--steps`: `1`, `2`, ...), and
 * prints COUNTED when all of that is in. Restored, with `--steps none`, it prints how long its state took, and ends.
 */
import { RichMapFunction, RichParallelSourceFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from './progress.js'

/** Keys that change lie between others that do not, as they do in a job. */
const CHANGED_EACH = 100
const NO_STEPS = 'none'

class Steps extends RichParallelSourceFunction<string> {
  readonly #keys: number
  readonly #steps: string
  #isCancelled = false

  constructor(keys: number, steps: string) {
    super()
    this.#keys = keys
    this.#steps = steps
  }

  async *run(): AsyncGenerator<string> {
    if (this.#steps === NO_STEPS) return
    for (let key = 0; key < this.#keys; key += 1) yield `k${String(key)}`
    for (let step = 1; !this.#isCancelled; step += 1) {
      while (!this.#isCancelled && !existsSync(path.join(this.#steps, String(step)))) await delay(10)
      for (let key = 0; key < this.#keys; key += CHANGED_EACH) yield `k${String(key)}`
    }
  }

  override cancel(): void {
    this.#isCancelled = true
  }
}

/** When the last operator of this thread's chain was open: the one before it gets its state next. */
let nextRestoredFromMs = 0

class Count extends RichMapFunction<string, number> {
  #count: ValueState<number> | undefined

  override open(): void {
    // What was restored becomes entries when a state is asked for.
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
    const restoredMs = nowMs() - nextRestoredFromMs
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`RESTORED ${restoredMs.toFixed(1)}\n`)
  }

  map(): number {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return count
  }
}

class Tell extends RichSinkFunction<number> {
  readonly #keys: number
  #seen = 0
  #next: number

  constructor(keys: number) {
    super()
    this.#keys = keys
    this.#next = keys
  }

  override open(): void {
    nextRestoredFromMs = nowMs()
  }

  override invoke(): void {
    this.#seen += 1
    if (this.#seen !== this.#next) return
    this.#next += Math.ceil(this.#keys / CHANGED_EACH)
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`COUNTED ${String(this.#seen)}\n`)
  }
}

/** Parallelism 1: what one store takes. */
export default function changedKeysJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const keys = params.getInt('keys')
  env
    .addSource(new Steps(keys, params.getRequired('steps')), 'source')
    .uid('source')
    .keyBy((key) => key)
    .map(new Count())
    .uid('count')
    .addSink(new Tell(keys))
    .uid('tell')
}
