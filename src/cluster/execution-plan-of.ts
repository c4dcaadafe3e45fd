import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import { replyOfProgram } from './reply-of-program.js'

const ENTRY = new URL('./plan-worker-entry.js', import.meta.url)

/** The plan of a program's first job as JSON; what the program prints meanwhile is not shown. */
export function executionPlanOf(program: ProgramDescriptor): Promise<string> {
  return replyOfProgram<string>(ENTRY, program, program)
}
