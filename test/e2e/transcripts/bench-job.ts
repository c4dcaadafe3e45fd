/** What the recorded command lines run: `-c bench.Bench` with `--workload W1`, which ends, or W2, which keeps a state and does not. */
import {
  KeyedProcessFunction,
  LongCounter,
  ParameterTool,
  RichFlatMapFunction,
  RichSourceFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type Collector,
  type DataStream,
  type KeyedProcessFunctionContext,
  type ValueState,
} from 'flink-ts'

class Source extends RichSourceFunction<number> {
  readonly #records: number
  readonly #pauseMs: number

  constructor(records: number, pauseMs: number) {
    super()
    this.#records = records
    this.#pauseMs = pauseMs
  }

  async *run(): AsyncGenerator<number> {
    for (let number = 0; number < this.#records; number += 1) {
      yield number
      if (this.#pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#pauseMs))
    }
  }
}

class Count extends KeyedProcessFunction<number, number, number> {
  #count!: ValueState<number | null>

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  processElement(value: number, _context: KeyedProcessFunctionContext<number>, out: Collector<number>): void {
    this.#count.update((this.#count.value() ?? 0) + 1)
    out.collect(value)
  }
}

/** As in the recorded program, an operator that emits nothing. */
class Sink extends RichFlatMapFunction<number, never> {
  readonly #counters = ['firstNs', 'srcEndNs', 'firstMs', 'endNs', 'count', 'checksum', 'halfNs'].map((name) => {
    return { name, counter: new LongCounter() }
  })

  override open(): void {
    for (const { name, counter } of this.#counters) this.getRuntimeContext().addAccumulator(name, counter)
  }

  flatMap(value: number): void {
    for (const { counter } of this.#counters) counter.add(value + 1)
  }
}

/** With uids, which Flink recommends in its log and we on standard error. */
function countByKey(numbers: DataStream<number>): DataStream<number> {
  return numbers
    .keyBy((value) => value % 100)
    .process(new Count())
    .uid('count')
}

class Bench {
  static async main(args: readonly string[]): Promise<void> {
    const parameters = ParameterTool.fromArgs([...args])
    const workload = parameters.get('workload', '')
    const environment = StreamExecutionEnvironment.getExecutionEnvironment()
    if (parameters.has('parallelism')) environment.setParallelism(parameters.getInt('parallelism'))
    const pauseMs = parameters.has('rate') ? 1000 / parameters.getInt('rate') : 0
    const source = new Source(parameters.getInt('records', 10), pauseMs)
    const numbers = environment.addSource(source, 'src').uid('src')
    if (workload === 'W1') numbers.flatMap(new Sink()).name('sink').uid('sink')
    else if (workload === 'W2') countByKey(numbers).flatMap(new Sink()).name('sink').uid('sink')
    else throw new TypeError(`unknown workload ${workload}`)
    const result = await environment.execute(workload)
    if (!parameters.has('detached')) console.log(`BENCH ${JSON.stringify({ workload, jobId: result.getJobID() })}`)
  }
}

export { Bench as 'bench.Bench' }
