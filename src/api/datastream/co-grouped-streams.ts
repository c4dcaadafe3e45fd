import type { TypeInformation } from '../types/type-information.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { Window } from '../windowing/windows/window.js'
import { CoGroupedWithWindow } from './co-grouped-with-window.js'
import type { KeyArgument } from './key-extraction.js'
import { withKey, type StreamPair } from './keyed-pair.js'
import { PairStep } from './pair-step.js'
import type { TaggedUnion } from './tagged-union.js'

/**
 * Two streams on their way to a coGroup: a function gets all records that both have of one key in one window. It is called
 * also where one of them has none.
 *
 * @example
 * ```ts
 * import { Time, TumblingEventTimeWindows, type CoGroupedStreams, type DataStream } from 'flink-ts'
 *
 * interface Login {
 *   readonly user: string
 * }
 * // Users who have failed more often than they have come in, by minute.
 * function suspicious(failed: DataStream<Login>, passed: DataStream<Login>): DataStream<string> {
 *   const both: CoGroupedStreams<Login, Login> = failed.coGroup(passed)
 *   return both
 *     .where((login) => login.user)
 *     .equalTo((login) => login.user)
 *     .window(TumblingEventTimeWindows.of(Time.minutes(1)))
 *     .apply<string>((failures, passes, out) => {
 *       const [first, ...others] = failures
 *       if (first !== undefined && others.length >= [...passes].length) out.collect(first.user)
 *     })
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#window-cogroup
 */
export class CoGroupedStreams<T1, T2> extends PairStep {
  constructor(pair: StreamPair) {
    super(pair, 'where')
  }

  /** The key of the first stream: a function, a KeySelector, a position of a tuple or a path of fields; its type may follow. */
  override where<K>(keySelector: KeyArgument<T1, K>, keyType?: TypeInformation<K>): CoGroupedWhere<T1, T2, K> {
    return new CoGroupedWhere(withKey(this.pair, 0, [keySelector, keyType]))
  }
}

/** The first stream of a coGroup has its key. */
class CoGroupedWhere<T1, T2, K> extends PairStep {
  constructor(pair: StreamPair) {
    super(pair, 'equalTo')
  }

  /** The key of the second stream, of the same type as that of the first one. */
  override equalTo(keySelector: KeyArgument<T2, K>, keyType?: TypeInformation<K>): CoGroupedEqualTo<T1, T2> {
    return new CoGroupedEqualTo(withKey(this.pair, 1, [keySelector, keyType]))
  }
}

/** Both streams of a coGroup have their keys. */
class CoGroupedEqualTo<T1, T2> extends PairStep {
  constructor(pair: StreamPair) {
    super(pair, 'window')
  }

  /** In which windows records of both streams meet, such as `TumblingEventTimeWindows.of(Time.minutes(1))`. */
  override window<W extends Window>(assigner: WindowAssigner<TaggedUnion<T1, T2>, W>): CoGroupedWithWindow<T1, T2, W> {
    return new CoGroupedWithWindow(this.pair, assigner)
  }
}
