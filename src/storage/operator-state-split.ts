// Duty: redistributes operator state over the subtasks of the new run.
// Invariants: an evenly split list keeps its elements' order over all subtasks and loses or doubles none, and where the
// parallelism is the old one each subtask gets its own elements back; union lists go whole to everybody; a broadcast
// state goes as one copy to each.
// Thread: main thread.
import type { OperatorStateHandle } from './state-handles.js'

type HandleState = OperatorStateHandle['states'][number]

/** One state in one handle of old subtask `subtask`. */
interface Run {
  readonly subtask: number
  readonly handle: OperatorStateHandle
  readonly state: HandleState
  readonly count: number
}

/** `bySubtask[i]`: handles of old subtask i. The result is by new subtask. */
export function splitOperatorState(
  bySubtask: readonly (readonly OperatorStateHandle[])[],
  parallelism: number,
): OperatorStateHandle[][] {
  const result: OperatorStateHandle[][] = Array.from({ length: parallelism }, () => [])
  const lists = new Map<string, Run[]>()
  const copies = new Map<string, Run[]>()
  const handles = bySubtask.flatMap((ofSubtask, subtask) => ofSubtask.map((handle) => ({ handle, subtask })))
  for (const { handle, subtask } of handles) {
    for (const state of handle.states) {
      const run = { handle, subtask, state, count: Math.max(0, state.offsets.length - 1) }
      if (state.kind === 'operator-list') append(lists, state.name, run)
      else if (state.kind === 'broadcast') append(copies, state.name, run)
      else for (const target of result) target.push(part(run, 0, run.count))
    }
  }
  for (const runs of lists.values()) {
    if (bySubtask.length === parallelism) giveBack(runs, result)
    else spreadEvenly(runs, result)
  }
  for (const runs of copies.values()) {
    for (const [index, target] of result.entries()) {
      const run = runs[index % runs.length]
      if (run !== undefined) target.push(part(run, 0, run.count))
    }
  }
  return result
}

function append(map: Map<string, Run[]>, name: string, run: Run): void {
  const runs = map.get(name) ?? []
  runs.push(run)
  map.set(name, runs)
}

/** As Flink does: what one subtask put in stays together while the parallelism stays. */
function giveBack(runs: readonly Run[], result: OperatorStateHandle[][]): void {
  for (const run of runs) result[run.subtask]?.push(part(run, 0, run.count))
}

/** Contiguous shares of the whole list; the first ones get one element more where it does not come out even. */
function spreadEvenly(runs: readonly Run[], result: OperatorStateHandle[][]): void {
  const total = runs.reduce((sum, run) => sum + run.count, 0)
  const share = Math.floor(total / result.length)
  const rest = total % result.length
  let start = 0
  for (const [index, subtask] of result.entries()) {
    const end = start + share + (index < rest ? 1 : 0)
    // A list without elements is state too: whoever restores must see that it was there.
    subtask.push(...slice(runs, start, end))
    start = end
  }
}

function slice(runs: readonly Run[], start: number, end: number): OperatorStateHandle[] {
  const handles: OperatorStateHandle[] = []
  let at = 0
  for (const run of runs) {
    const from = Math.max(start, at) - at
    const to = Math.min(end, at + run.count) - at
    if (from < to) handles.push(part(run, from, to))
    at += run.count
  }
  const [first] = runs
  return handles.length > 0 || first === undefined ? handles : [part(first, 0, 0)]
}

/** Elements `from` to `to` of one state of a handle. */
function part({ handle, state }: Run, from: number, to: number): OperatorStateHandle {
  return { handle: handle.handle, states: [{ ...state, offsets: state.offsets.slice(from, to + 1) }] }
}
