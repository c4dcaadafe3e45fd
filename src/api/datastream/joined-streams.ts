import type { TypeInformation } from '../types/type-information.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { Window } from '../windowing/windows/window.js'
import { JoinedWithWindow } from './joined-with-window.js'
import type { KeyArgument } from './key-extraction.js'
import { withKey, type StreamPair } from './keyed-pair.js'
import { PairStep } from './pair-step.js'
import type { TaggedUnion } from './tagged-union.js'

/**
 * Two streams on their way to a window join: every record of the first one is paired with every record of the second one that
 * has the same key and lies in the same window. A record without a partner gives nothing; see {@link CoGroupedStreams} for those.
 *
 * @example
 * ```ts
 * import { Time, TumblingEventTimeWindows, type DataStream, type JoinedStreams } from 'flink-ts'
 *
 * interface Order {
 *   readonly item: string
 *   readonly amount: number
 * }
 * interface Price {
 *   readonly item: string
 *   readonly cents: number
 * }
 * function totals(orders: DataStream<Order>, prices: DataStream<Price>): DataStream<[string, number]> {
 *   const both: JoinedStreams<Order, Price> = orders.join(prices)
 *   return both
 *     .where((order) => order.item)
 *     .equalTo((price) => price.item)
 *     .window(TumblingEventTimeWindows.of(Time.minutes(1)))
 *     .apply((order, price): [string, number] => [order.item, order.amount * price.cents])
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join
 */
export class JoinedStreams<T1, T2> extends PairStep {
  constructor(pair: StreamPair) {
    super(pair, 'where')
  }

  /** The key of the first stream: a function, a KeySelector, a position of a tuple or a path of fields; its type may follow. */
  override where<K>(keySelector: KeyArgument<T1, K>, keyType?: TypeInformation<K>): JoinedWhere<T1, T2, K> {
    return new JoinedWhere(withKey(this.pair, 0, [keySelector, keyType]))
  }
}

/** The first stream of a join has its key. */
class JoinedWhere<T1, T2, K> extends PairStep {
  constructor(pair: StreamPair) {
    super(pair, 'equalTo')
  }

  /** The key of the second stream, of the same type as that of the first one. */
  override equalTo(keySelector: KeyArgument<T2, K>, keyType?: TypeInformation<K>): JoinedEqualTo<T1, T2> {
    return new JoinedEqualTo(withKey(this.pair, 1, [keySelector, keyType]))
  }
}

/** Both streams of a join have their keys. */
class JoinedEqualTo<T1, T2> extends PairStep {
  constructor(pair: StreamPair) {
    super(pair, 'window')
  }

  /** In which windows records of both streams meet, such as `TumblingEventTimeWindows.of(Time.minutes(1))`. */
  override window<W extends Window>(assigner: WindowAssigner<TaggedUnion<T1, T2>, W>): JoinedWithWindow<T1, T2, W> {
    return new JoinedWithWindow(this.pair, assigner)
  }
}
