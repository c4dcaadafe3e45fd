import { FlinkError } from '../../core/errors/flink-error.js'
import type { StreamPair } from './keyed-pair.js'

type Step = 'where' | 'equalTo' | 'window'
type Call = Step | 'apply'

/**
 * A step on the way to the windows of two streams. The type checker lets nobody leave one out; a program in plain JavaScript
 * that does is told by the methods of the others.
 */
export abstract class PairStep {
  protected readonly pair: StreamPair
  readonly #next: Step

  /** `next`: the method that comes now. */
  constructor(pair: StreamPair, next: Step) {
    this.pair = pair
    this.#next = next
  }

  protected where(..._given: never[]): unknown {
    throw this.#outOfPlace('where')
  }

  protected equalTo(..._given: never[]): unknown {
    throw this.#outOfPlace('equalTo')
  }

  protected window(..._given: never[]): unknown {
    throw this.#outOfPlace('window')
  }

  protected apply(..._given: never[]): unknown {
    throw this.#outOfPlace('apply')
  }

  #outOfPlace(call: Call): FlinkError {
    const { method: operator } = this.pair
    const whole = `${operator}(other).where(key).equalTo(key).window(assigner).apply(function)`
    const reason = `${call}(...) was called where ${this.#next}(...) comes; write ${whole}`
    return new FlinkError('GRAPH_INVALID', { operator, reason })
  }
}
