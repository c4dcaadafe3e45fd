/** 10,000 keys set 100 timers each at random times; the end of the input fires them all, after all are set. */
import { KeyedProcessFunction } from 'flink-ts'
import type {
  Collector,
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
  ParameterTool,
  StreamExecutionEnvironment,
} from 'flink-ts'
import { makeRandom, recordMaker, type BenchRecord } from './bench-records.js'
import { BenchSource } from './bench-source.js'
import { ProgressCounter } from './progress.js'

const FIRST_TIMESTAMP = 1_700_000_000_000
const TIMERS_A_KEY = 100
/** They lie within a day. */
const SPAN_MS = 86_400_000

/** Prints two lines of progress: that of setting the timers and that of firing them. */
class PendingTimers extends KeyedProcessFunction<string, BenchRecord, number> {
  readonly #timers: number
  readonly #random = makeRandom(4711)
  readonly #set: ProgressCounter
  readonly #fired: ProgressCounter
  #sum = 0

  constructor(timers: number) {
    super()
    this.#timers = timers
    this.#set = new ProgressCounter(timers)
    this.#fired = new ProgressCounter(timers)
  }

  override processElement(_record: BenchRecord, context: KeyedProcessFunctionContext<string>): void {
    const service = context.timerService()
    for (let count = 0; count < TIMERS_A_KEY; count += 1) {
      service.registerEventTimeTimer(FIRST_TIMESTAMP + (this.#random() % SPAN_MS))
      this.#set.add()
    }
  }

  override onTimer(
    timestamp: number,
    _context: KeyedProcessFunctionOnTimerContext<string>,
    out: Collector<number>,
  ): void {
    this.#sum += timestamp % 7
    this.#fired.add()
    if (this.#sum < 0) out.collect(this.#sum)
  }

  override close(): void {
    const output = this.getRuntimeContext().getStandardOutput()
    output.write(this.#set.line(this.#timers))
    output.write(this.#fired.line(this.#sum))
  }
}

export default function pendingTimersJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const timers = params.getInt('records')
  const keys = timers / TIMERS_A_KEY
  env
    .addSource(new BenchSource(keys, () => recordMaker('sequential', keys, 12345)), 'source')
    .keyBy((record) => record.key)
    .process(new PendingTimers(timers))
    .uid('timers')
    .print()
}
