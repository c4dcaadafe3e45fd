import {
  ListStateDescriptor,
  ReducingStateDescriptor,
  Types,
  type CheckpointedFunction,
  type FunctionInitializationContext,
  type FunctionSnapshotContext,
  type ListState,
  type MapFunction,
  type ReduceFunction,
  type ReducingState,
  type StreamExecutionEnvironment,
} from 'flink-ts'

class AddFunction implements ReduceFunction<number> {
  reduce(a: number, b: number): number {
    return a + b
  }
}

/** Counts per key in keyed state and per partition in operator state. */
class MyFunction<T> implements MapFunction<T, [T, number, number]>, CheckpointedFunction {
  #countPerKey: ReducingState<number> | undefined
  #countPerPartition: ListState<number> | undefined
  #localCount = 0

  initializeState(context: FunctionInitializationContext): void {
    // get the state data structure for the keyed state
    this.#countPerKey = context
      .getKeyedStateStore()
      .getReducingState(new ReducingStateDescriptor<number>('perKeyCount', new AddFunction(), Types.LONG))

    // get the state data structure for the operator state
    this.#countPerPartition = context
      .getOperatorStateStore()
      .getListState(new ListStateDescriptor<number>('perPartitionCount', Types.LONG))

    // initialize the "local count variable" based on the operator state
    for (const l of this.#countPerPartition.get()) this.#localCount += l
  }

  snapshotState(_context: FunctionSnapshotContext): void {
    // the keyed state is always up to date anyways
    // just bring the per-partition state in shape
    this.#countPerPartition?.clear()
    this.#countPerPartition?.add(this.#localCount)
  }

  map(value: T): [T, number, number] {
    // update the states
    this.#countPerKey?.add(1)
    this.#localCount += 1
    return [value, this.#countPerKey?.get() ?? 0, this.#localCount]
  }
}

/** Prints (value, count of its key, count of its partition). */
export default function myFunction(env: StreamExecutionEnvironment): void {
  env
    .fromElements('a', 'b', 'a', 'c', 'a', 'b')
    .keyBy((value) => value)
    .map(new MyFunction<string>())
    .uid('my-function-id')
    .print()
}
