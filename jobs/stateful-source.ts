import {
  RichMapFunction,
  RichSourceFunction,
  type ListCheckpointed,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'

/** Emits the numbers below a limit and knows after a restart which came last. */
class StatefulSource extends RichSourceFunction<number> implements ListCheckpointed<number> {
  readonly #limit: number
  #next = 0

  constructor(limit: number) {
    super()
    this.#limit = limit
  }

  *run(): Generator<number> {
    while (this.#next < this.#limit) {
      const current = this.#next
      this.#next += 1
      yield current
    }
  }

  snapshotState(): number[] {
    return [this.#next]
  }

  restoreState(state: number[]): void {
    for (const next of state) this.#next = next
  }
}

/** Numbers the records of its subtask. */
class StatefulMapper extends RichMapFunction<number, string> implements ListCheckpointed<number> {
  #count = 0

  map(value: number): string {
    this.#count += 1
    return `${String(value)} is record ${String(this.#count)}`
  }

  snapshotState(): number[] {
    return [this.#count]
  }

  restoreState(state: number[]): void {
    this.#count = state.reduce((sum, count) => sum + count, 0)
  }
}

export default function statefulSource(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env
    .addSource(new StatefulSource(params.getInt('limit', 3))) // Stateful source (e.g. Kafka) with ID
    .uid('source-id') // ID for the source operator
    .shuffle()
    .map(new StatefulMapper()) // Stateful mapper with ID
    .uid('mapper-id') // ID for the mapper
    .print() // Stateless printing sink, auto-generated ID
}
