import {
  RichFlatMapFunction,
  Types,
  ValueStateDescriptor,
  type Collector,
  type DefaultedValueState,
  type StreamExecutionEnvironment,
} from 'flink-ts'

/** Averages every two values of a key: prints (1,4) and (1,5). */
class CountWindowAverage extends RichFlatMapFunction<[number, number], [number, number]> {
  /** The ValueState handle. The first field is the count, the second field a running sum. */
  #sum: DefaultedValueState<[number, number]> | undefined

  flatMap(input: [number, number], out: Collector<[number, number]>): void {
    // access the state value
    const currentSum = this.#sum?.value() ?? [0, 0]

    // update the count
    currentSum[0] += 1

    // add the second field of the input value
    currentSum[1] += input[1]

    // update the state
    this.#sum?.update(currentSum)

    // if the count reaches 2, emit the average and clear the state
    if (currentSum[0] >= 2) {
      out.collect([input[0], Math.trunc(currentSum[1] / currentSum[0])])
      this.#sum?.clear()
    }
  }

  override open(): void {
    const descriptor = new ValueStateDescriptor<[number, number]>(
      'average', // the state name
      Types.TUPLE(Types.LONG, Types.LONG), // type information
      [0, 0], // default value of the state, if nothing was set
    )
    this.#sum = this.getRuntimeContext().getState(descriptor)
  }
}

export default function countWindowAverage(env: StreamExecutionEnvironment): void {
  env
    .fromElements<[number, number]>([1, 3], [1, 5], [1, 7], [1, 4], [1, 2])
    .keyBy(0)
    .flatMap(new CountWindowAverage())
    .uid('average-id')
    .print()
}
