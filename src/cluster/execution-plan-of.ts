import type { JsonPlan } from '../graph/json-plan.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import { replyOfProgram } from './reply-of-program.js'

const ENTRY = new URL('./plan-worker-entry.js', import.meta.url)

/** What the worker of a plan is given. */
export interface PlanWork extends ProgramDescriptor {
  /** `execution`: as `info` prints it; `json`: as the REST API shows it. */
  readonly form: 'execution' | 'json'
}

/** The plan of a program's first job as JSON; what the program prints meanwhile is not shown. */
export function executionPlanOf(program: ProgramDescriptor): Promise<string> {
  return replyOfProgram<string>(ENTRY, { ...program, form: 'execution' } satisfies PlanWork, program)
}

/** The same as the REST API shows it. PROGRAM_MAIN_FAILED where the program comes to no job within `timeoutMs`. */
export function jsonPlanOf(program: ProgramDescriptor, timeoutMs: number): Promise<JsonPlan> {
  return replyOfProgram<JsonPlan>(ENTRY, { ...program, form: 'json' } satisfies PlanWork, program, timeoutMs)
}
