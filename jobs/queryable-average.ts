import {
  ReducingStateDescriptor,
  RichFlatMapFunction,
  Types,
  ValueStateDescriptor,
  type Collector,
  type DefaultedValueState,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'

/** Averages every two values of a key, with a sum that may be asked about while the job runs. */
class CountWindowAverage extends RichFlatMapFunction<[number, number], [number, number]> {
  /** The first field is the count, the second field a running sum. */
  #sum: DefaultedValueState<[number, number]> | undefined

  flatMap(input: [number, number], out: Collector<[number, number]>): void {
    const [count, total] = this.#sum?.value() ?? [0, 0]
    const currentSum: [number, number] = [count + 1, total + input[1]]
    this.#sum?.update(currentSum)
    if (currentSum[0] >= 2) {
      out.collect([input[0], Math.trunc(currentSum[1] / currentSum[0])])
      this.#sum?.clear()
    }
  }

  override open(): void {
    const descriptor = new ValueStateDescriptor<[number, number]>(
      'average', // the state name
      Types.TUPLE(Types.LONG, Types.LONG), // type information
      [0, 0],
    )
    descriptor.setQueryable('query-name') // what a QueryableStateClient asks by
    this.#sum = this.getRuntimeContext().getState(descriptor)
  }
}

/** Of the elements of the documents; with `--port` of lines `key,value` from a socket, for as long as they come. */
export default function queryableAverage(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const pairs = params.has('port')
    ? env
        .socketTextStream(params.get('hostname') ?? 'localhost', params.getInt('port'))
        .uid('lines')
        .map((line): [number, number] => [Number(line.split(',')[0]), Number(line.split(',')[1])])
    : env.fromElements<[number, number]>([1, 3], [1, 5], [1, 7], [1, 4], [1, 2]).uid('pairs')
  const byKey = pairs.keyBy(0)
  byKey.flatMap(new CountWindowAverage()).uid('average-id').print()

  // All values of a key so far: a stream that is kept as state, and ends here.
  const totals = new ReducingStateDescriptor<[number, number]>('totals', ([key, a], [, b]) => [key, a + b])
  byKey.asQueryableState('totals', totals).uid('totals-id')
}
