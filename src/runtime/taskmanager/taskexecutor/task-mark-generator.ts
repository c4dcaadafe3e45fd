// Duty: functions by whose names the stacks of the tasks of one thread are told apart.
// Invariants: a function does nothing but call the step of its task; its name is `task_<number>` and no other function's.
// Thread: the task worker.
import type { StepResult } from '../task/stream-task.js'

export type MarkedStep = (task: { step(deadline: number): StepResult }, deadline: number) => StepResult

/** V8 takes the name of a function from its source, so each needs one of its own. */
export function markSource(number: number): string {
  return `return function ${markName(number)}(task, deadline) { return task.step(deadline) }`
}

export function markName(number: number): string {
  return `task_${String(number)}`
}

export function generateMark(number: number): MarkedStep {
  return (new Function(markSource(number)) as () => MarkedStep)()
}
