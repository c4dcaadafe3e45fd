/**
 * Counts as many keys as asked for, twice, and prints bytes a key, the longest time between two records without the parts that
 * collections took and the wait for a processor (growing and checkpoints are what is left), and the longest collection of V8's.
 */
import { RichMapFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import { readFileSync } from 'node:fs'
import { PerformanceObserver } from 'node:perf_hooks'
import { recordMaker, type BenchRecord } from './bench-records.js'
import { BenchSource } from './bench-source.js'
import { liveBytes } from './heap-size.js'

/** Shorter ones are none. */
const GAP_MS = 2
/** Where Linux tells how long this thread could have run and did not, ns: the second number. */
const SCHEDULE_FILE = '/proc/thread-self/schedstat'
/** To read the file takes 10 us: between two readings lies about a millisecond of records. */
const RECORDS_A_READING = 500
/** A collection is told of one turn of the event loop after it. */
const TOLD_MS = 1000

interface Span {
  readonly startMs: number
  readonly endMs: number
}

interface Gap extends Span {
  /** In it, or in the few records before it. */
  readonly waitedMs: number
}

class Pauses {
  readonly #collections: Span[] = []
  readonly #gaps: Gap[] = []
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      this.#collections.push({ startMs: startTime, endMs: startTime + duration })
    }
  })
  #records = 0
  #waitedMs = waitedMs()
  #lastMs = performance.now()

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  record(): void {
    const nowMs = performance.now()
    this.#records++
    if (nowMs - this.#lastMs > GAP_MS) {
      this.#gaps.push({ startMs: this.#lastMs, endMs: nowMs, waitedMs: this.#waitedSince() })
    } else if (this.#records % RECORDS_A_READING === 0) this.#waitedSince()
    this.#lastMs = nowMs
  }

  /** After what is measured, once the last collection has been told. */
  async longest(): Promise<{ readonly pauseMs: number; readonly collectionMs: number }> {
    await new Promise((resolve) => setTimeout(resolve, TOLD_MS))
    this.#observer.disconnect()
    const lengths = this.#gaps.map(
      (gap) => lengthOf(gap) - gap.waitedMs - sum(this.#collections.map((each) => overlapOf(gap, each))),
    )
    return { pauseMs: Math.max(0, ...lengths), collectionMs: Math.max(0, ...this.#collections.map(lengthOf)) }
  }

  #waitedSince(): number {
    const before = this.#waitedMs
    this.#waitedMs = waitedMs()
    return this.#waitedMs - before
  }
}

/** Of this thread so far; 0 where nobody tells. */
function waitedMs(): number {
  try {
    return Number(readFileSync(SCHEDULE_FILE, 'utf8').split(' ')[1]) / 1_000_000
  } catch {
    return 0
  }
}

function lengthOf({ startMs, endMs }: Span): number {
  return endMs - startMs
}

function overlapOf(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.endMs, other.endMs) - Math.max(one.startMs, other.startMs))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** Of this thread, from the first record on; the job has one subtask. */
let watch: { readonly pauses: Pauses; readonly bytesBefore: number } | undefined

class CountAndWatch extends RichMapFunction<BenchRecord, number> {
  #count: ValueState<number> | undefined

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  map(): number {
    watch ??= { bytesBefore: liveBytes(), pauses: new Pauses() }
    watch.pauses.record()
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return count
  }
}

/** Its end is before that of the state. */
class Tell extends RichSinkFunction<number> {
  readonly #keys: number

  constructor(keys: number) {
    super()
    this.#keys = keys
  }

  override invoke(): void {
    // Counted already.
  }

  override async finish(): Promise<void> {
    if (watch === undefined) throw new Error('there were no records')
    const longest = await watch.pauses.longest()
    const bytesPerKey = (liveBytes() - watch.bytesBefore) / this.#keys
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`MANY ${JSON.stringify({ bytesPerKey, ...longest })}\n`)
  }
}

export default function manyKeysJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const keys = params.getInt('keys')
  env
    .addSource(new BenchSource(2 * keys, () => recordMaker('sequential', keys, 12345)), 'source')
    .keyBy((record) => record.key)
    .map(new CountAndWatch())
    .uid('count')
    .addSink(new Tell(keys))
}
