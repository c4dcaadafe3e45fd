import { FlinkError } from '../../core/errors/flink-error.js'
import { hasMethods } from './has-methods.js'
import type { OpenContext } from './open-context.js'
import type { RuntimeContext } from './runtime-context.js'

/**
 * Base of all rich functions: a life cycle (`open`, records, `close`) and access to the {@link RuntimeContext}, through
 * which keyed state, accumulators and metrics are reached. Usually one of its subclasses is extended
 * ({@link RichMapFunction} ...); `open` and `close` may be overridden without calling `super`, and may be async.
 *
 * One instance belongs to one operator: giving it to two is the error FUNCTION_SHARED.
 *
 * @example
 * ```ts
 * import { RichMapFunction, type RichFunction } from 'flink-ts'
 *
 * class WithSubtask extends RichMapFunction<string, string> {
 *   map(value: string): string {
 *     return `${this.getRuntimeContext().getIndexOfThisSubtask()}: ${value}`
 *   }
 * }
 * const rich: RichFunction = new WithSubtask()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/user_defined_functions/#rich-functions
 */
export abstract class RichFunction {
  #runtimeContext: RuntimeContext | undefined

  /** Called once before the first record, after state was restored. */
  open(_openContext: OpenContext): void | Promise<void> {
    return undefined
  }

  /** Called once at the end, after a failure too; releases what `open` acquired. */
  close(): void | Promise<void> {
    return undefined
  }

  /** The context of this parallel instance. Available from `initializeState` and `open` on, not in the constructor. */
  getRuntimeContext(): RuntimeContext {
    if (this.#runtimeContext === undefined) {
      throw new FlinkError('GRAPH_INVALID', {
        operator: this.constructor.name,
        reason:
          'the runtime context is not there yet; use getRuntimeContext() in open() or later, not in the constructor',
      })
    }
    return this.#runtimeContext
  }

  /** Called by the engine before everything else. */
  setRuntimeContext(context: RuntimeContext): void {
    this.#runtimeContext = context
  }
}

/**
 * True for a function object with the life cycle of a rich function. It looks at the methods, not at the class, because
 * a job may have loaded another copy of the package.
 */
export function isRichFunction(candidate: unknown): candidate is RichFunction {
  return hasMethods(candidate, 'open', 'close', 'getRuntimeContext', 'setRuntimeContext')
}
