import type { DurationLike } from '../eventtime/time.js'
import type { OutputTag } from '../functions/output-tag.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { TypeInformation } from '../types/type-information.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { Evictor } from '../windowing/evictors/evictor.js'
import type { Trigger } from '../windowing/triggers/trigger.js'
import type { Window } from '../windowing/windows/window.js'
import { extremeElementOf, extremeOf, sumOf, type FieldReference } from './aggregations.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import { WindowOperatorBuilder, type WindowedInput } from './window-operator-builder.js'

/** What the windows of a stream have in common, with keys or without: when they fire, and aggregations of a field. */
export abstract class WindowedStreamBase<T, W extends Window> {
  protected readonly builder: WindowOperatorBuilder
  protected readonly elementType: TypeInformation<unknown> | undefined

  /** `method`: of the stream, for errors. */
  constructor(windowed: WindowedInput, assigner: WindowAssigner<T, W>, method: string) {
    this.builder = new WindowOperatorBuilder(windowed, assigner, method)
    this.elementType = windowed.input.input.outputType
  }

  /** When windows fire, instead of the default of their assigner, which no longer counts. */
  trigger(trigger: Trigger<T, W>): this {
    this.builder.trigger(trigger)
    return this
  }

  /** What is taken out of a window when it fires. All its records are kept then, whatever its function. */
  evictor(evictor: Evictor<T, W>): this {
    this.builder.evictor(evictor)
    return this
  }

  /**
   * How long after its end, in event time, a window is kept: a late record fires it again until then. 0 at first; whole ms.
   */
  allowedLateness(lateness: DurationLike): this {
    this.builder.allowedLateness(lateness)
    return this
  }

  /** Where records go that are too late for all their windows: read them with `getSideOutput` of the result. */
  sideOutputLateData(outputTag: OutputTag<T>): this {
    this.builder.sideOutputLateData(outputTag)
    return this
  }

  /** Sum of a field over the window; the other fields stay those of its first record. */
  sum(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.combined(sumOf<T>(field))
  }

  /** Smallest value of a field; the other fields stay those of the first record of the window. */
  min(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.combined(extremeOf<T>(field, 'min'))
  }

  /** Greatest value of a field; the other fields stay those of the first record of the window. */
  max(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.combined(extremeOf<T>(field, 'max'))
  }

  /** The record with the smallest value of a field; of equal ones the first, or the newest when `first` is false. */
  minBy(field: FieldReference, first = true): SingleOutputStreamOperator<T> {
    return this.combined(extremeElementOf<T>(field, 'min', first))
  }

  /** The record with the greatest value of a field; of equal ones the first, or the newest when `first` is false. */
  maxBy(field: FieldReference, first = true): SingleOutputStreamOperator<T> {
    return this.combined(extremeElementOf<T>(field, 'max', first))
  }

  protected abstract combined(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T>
}
