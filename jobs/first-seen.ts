import {
  IntCounter,
  RichFilterFunction,
  RichSinkFunction,
  ValueStateDescriptor,
  type StreamExecutionEnvironment,
  type ValueState,
} from 'flink-ts'

/** State of each key, and an accumulator: lets the first record of a key through and counts the others. */
class FirstSeen extends RichFilterFunction<string> {
  #seen: ValueState<boolean> | undefined
  readonly #repeated = new IntCounter()

  override open(): void {
    const context = this.getRuntimeContext()
    this.#seen = context.getState(new ValueStateDescriptor<boolean>('seen'))
    context.addAccumulator('repeated', this.#repeated)
  }

  filter(): boolean {
    if (this.#seen?.value() === true) {
      this.#repeated.add(1)
      return false
    }
    this.#seen?.update(true)
    return true
  }
}

/** A sink: `open`, `invoke` and `close` may be asynchronous. */
class Report extends RichSinkFunction<string> {
  #count = 0

  override async invoke(word: string): Promise<void> {
    this.#count += 1
    await Promise.resolve(word) // write it somewhere
  }

  override finish(): void {
    const out = this.getRuntimeContext().getStandardOutput()
    out.write(`${String(this.#count)} different words\n`)
  }
}

export default async function firstSeen(env: StreamExecutionEnvironment): Promise<void> {
  env
    .fromElements('to', 'be', 'or', 'not', 'to', 'be')
    .uid('words')
    .keyBy((word) => word)
    .filter(new FirstSeen())
    .uid('first-seen')
    .addSink(new Report())
    .setParallelism(1)
  await env.execute('first seen')
}
