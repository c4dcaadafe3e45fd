import type { DurationLike } from '../eventtime/time.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { Evictor } from '../windowing/evictors/evictor.js'
import type { Trigger } from '../windowing/triggers/trigger.js'
import type { Window } from '../windowing/windows/window.js'
import { recordWindows, type PairFunctions, type StreamPair } from './keyed-pair.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import type { TaggedUnion } from './tagged-union.js'
import { WindowingBuilder } from './windowing-builder.js'

/** What the windows of two streams have in common, whatever becomes of them: when they fire. */
export abstract class PairWithWindow<T1, T2, W extends Window> {
  readonly #pair: StreamPair
  readonly #windowing: WindowingBuilder

  constructor(pair: StreamPair, assigner: WindowAssigner<TaggedUnion<T1, T2>, W>) {
    this.#pair = pair
    this.#windowing = new WindowingBuilder(assigner, 'window')
  }

  /** When windows fire, instead of the default of their assigner, which no longer counts. */
  trigger(trigger: Trigger<TaggedUnion<T1, T2>, W>): this {
    this.#windowing.trigger(trigger)
    return this
  }

  /** What is taken out of a window when it fires. */
  evictor(evictor: Evictor<TaggedUnion<T1, T2>, W>): this {
    this.#windowing.evictor(evictor)
    return this
  }

  /**
   * How long after its end, in event time, a window is kept: a late record fires it again until then, with all its records. 0
   * at first; whole ms. What is later still is dropped and counted (`numLateRecordsDropped`).
   */
  allowedLateness(lateness: DurationLike): this {
    this.#windowing.allowedLateness(lateness)
    return this
  }

  protected record<O>(functions: PairFunctions): SingleOutputStreamOperator<O> {
    return recordWindows(this.#pair, this.#windowing.windowing(), functions)
  }
}
