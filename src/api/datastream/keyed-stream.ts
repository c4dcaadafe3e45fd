import type { KeyedProcessFunction, ProcessFunction } from '../functions/process-function.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { KeptStateDescriptor } from '../functions/queryable-state-function.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import { AggregatingStateDescriptor } from '../state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../state/list-state-descriptor.js'
import { ReducingStateDescriptor } from '../state/reducing-state-descriptor.js'
import { ValueStateDescriptor } from '../state/value-state-descriptor.js'
import { checkedText } from '../types/checked-text.js'
import type { TypeInformation } from '../types/type-information.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import { GlobalWindows } from '../windowing/assigners/global-windows.js'
import { countWindows } from './count-windows.js'
import type { GlobalWindow } from '../windowing/windows/global-window.js'
import type { Window } from '../windowing/windows/window.js'
import { extremeElementOf, extremeOf, sumOf, type FieldReference } from './aggregations.js'
import type { BroadcastConnectedStream } from './broadcast-connected-stream.js'
import type { BroadcastStream } from './broadcast-stream.js'
import type { ConnectedStreams } from './connected-streams.js'
import { DataStream } from './data-stream.js'
import { asFunctionObject, type ReduceArgument } from './function-arguments.js'
import { IntervalJoin, notJoinable } from './interval-join.js'
import type { QueryableStateStream } from './queryable-state-stream.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import { WindowedStream } from './windowed-stream.js'

/**
 * A stream partitioned by key: functions on it have keyed state.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type KeyedStream } from 'flink-ts'
 *
 * interface Visit {
 *   readonly user: { readonly id: string }
 *   readonly pages: number
 * }
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const visits = env.fromCollection<Visit>([{ user: { id: 'u1' }, pages: 3 }])
 * const byUser: KeyedStream<Visit, string> = visits.keyBy('user.id')
 * byUser.sum('pages').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/
 */
export class KeyedStream<T, K> extends DataStream<T> {
  /** Combines each record with what came before under its key; emits every result. */
  reduce(reducer: ReduceArgument<T>): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Reduce', asFunctionObject(reducer, 'reduce', 'reduce'))
  }

  /** Running sum of a field; the other fields stay those of the key's first record. */
  sum(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', sumOf(field))
  }

  /** Smallest value so far of a field; the other fields stay those of the key's first record. */
  min(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeOf(field, 'min'))
  }

  /** Greatest value so far of a field; the other fields stay those of the key's first record. */
  max(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeOf(field, 'max'))
  }

  /** The record with the smallest value of a field; of equal ones the first, or the newest when `first` is false. */
  minBy(field: FieldReference, first = true): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeElementOf(field, 'min', first))
  }

  /** The record with the greatest value of a field; of equal ones the first, or the newest when `first` is false. */
  maxBy(field: FieldReference, first = true): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeElementOf(field, 'max', first))
  }

  /** A function with context and keyed state. */
  override process<O>(
    processFunction: KeyedProcessFunction<K, T, O> | ProcessFunction<T, O>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O> {
    const userFunction = asFunctionObject<KeyedProcessFunction<unknown, unknown, unknown>>(
      processFunction,
      'processElement',
      'process',
    )
    return this.apply('KeyedProcess', { kind: 'keyed-process', function: userFunction }, type)
  }

  /** The records of each key by windows, such as `TumblingEventTimeWindows.of(Time.minutes(1))`. */
  window<W extends Window>(assigner: WindowAssigner<T, W>): WindowedStream<T, K, W> {
    return new WindowedStream<T, K, W>({ recorder: this.recorder, input: this.asInput() }, assigner)
  }

  /**
   * Every `size` records of a key are a window. With `slide`: each `slide` records of a key make one of its last `size`. What
   * is fewer at the end of the data never fires.
   */
  countWindow(size: number, slide?: number): WindowedStream<T, K, GlobalWindow> {
    return countWindows(this.window(GlobalWindows.create()), { method: 'countWindow', size, slide })
  }

  override connect<T2>(stream: BroadcastStream<T2>): BroadcastConnectedStream<T, T2, K>
  override connect<T2>(stream: DataStream<T2>): ConnectedStreams<T, T2, K>
  override connect<T2>(
    stream: DataStream<T2> | BroadcastStream<T2>,
  ): ConnectedStreams<T, T2, K> | BroadcastConnectedStream<T, T2, K> {
    return super.connect(stream as DataStream<T2>) as ConnectedStreams<T, T2, K>
  }

  /** Pairs of records of this stream, the left one, and another one that have the same key and times near each other. */
  override intervalJoin<T2>(otherStream: KeyedStream<T2, K>): IntervalJoin<T, T2, K> {
    const other: unknown = otherStream
    if (!(other instanceof KeyedStream)) throw notJoinable(other, other instanceof DataStream)
    return new IntervalJoin({ recorder: this.recorder, left: this.asInput(), right: otherStream.asInput() })
  }

  /**
   * Keeps the records of each key as state that a `QueryableStateClient` finds by the name, and ends the stream: the newest
   * record (a value state, also without a descriptor), what a ReducingStateDescriptor or AggregatingStateDescriptor makes of all, or
   * all of them (a ListStateDescriptor, which Flink refuses because it only grows: give it a time to live).
   *
   * @throws FlinkError GRAPH_INVALID for another kind of state, QUERYABLE_STATE_INVALID for a descriptor that has another name;
   * QUERYABLE_NAME_TAKEN at `execute()` where another stream has the name.
   * @example
   * ```ts
   * import { ReducingStateDescriptor, StreamExecutionEnvironment, Types } from 'flink-ts'
   *
   * const env = StreamExecutionEnvironment.getExecutionEnvironment()
   * const counts = new ReducingStateDescriptor<[string, number]>('counts', ([word, a], [, b]) => [word, a + b])
   * env.fromElements<[string, number]>(['to', 1], ['be', 1]).keyBy(([word]) => word, Types.STRING).asQueryableState('counts', counts)
   * ```
   * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/fault-tolerance/queryable_state/#queryable-state-stream
   */
  asQueryableState(queryableStateName: string, stateDescriptor?: KeptStateDescriptor<T>): QueryableStateStream<T> {
    const name = checkedText('asQueryableState', 'the name', queryableStateName)
    const descriptor = stateDescriptor ?? new ValueStateDescriptor<unknown>(name, this.declaredType())
    checkKeptState(descriptor)
    descriptor.setQueryable(name)
    return this.recorder.queryableState(this.asInput(), descriptor)
  }

  protected rolling(name: string, userFunction: ReduceFunction<unknown>): SingleOutputStreamOperator<T> {
    return this.apply(name, { kind: 'reduce', function: userFunction }, this.declaredType())
  }
}

function checkKeptState(descriptor: unknown): void {
  const kinds = [ValueStateDescriptor, ReducingStateDescriptor, ListStateDescriptor, AggregatingStateDescriptor]
  if (kinds.some((kind) => descriptor instanceof kind)) return
  const reason = `records are kept as value, reducing, list or aggregating state, and it was given ${describeValue(descriptor)}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'asQueryableState', reason })
}
