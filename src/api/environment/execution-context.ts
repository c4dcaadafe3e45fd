import type { Configuration } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { PipelineExecutor, PlanRenderer } from './pipeline-executor.js'

/** What the running worker gives to a program: who runs its jobs, and with which configuration. */
export interface ExecutionContext {
  readonly executor: PipelineExecutor
  /** Absent where nobody can ask for a plan. */
  readonly renderPlan?: PlanRenderer
  readonly configuration: Configuration
  readonly programArguments: readonly string[]
  /** The program has given an environment something to do. */
  readonly onSource?: () => void
}

/** On globalThis under a registered symbol, because a job may import another copy of this package. */
const SLOT = Symbol.for('flink-ts.execution-context')

/** Called by workers before they import the program. */
export function installExecutionContext(context: ExecutionContext): void {
  Reflect.set(globalThis, SLOT, context)
}

/** Undefined outside of `flink-ts run`. */
export function currentExecutionContext(): ExecutionContext | undefined {
  return Reflect.get(globalThis, SLOT) as ExecutionContext | undefined
}

/** ENVIRONMENT_NOT_AVAILABLE says how to start the file instead. */
export function requireExecutionContext(what: string): ExecutionContext {
  const context = currentExecutionContext()
  if (context === undefined) throw new FlinkError('ENVIRONMENT_NOT_AVAILABLE', { what })
  return context
}
