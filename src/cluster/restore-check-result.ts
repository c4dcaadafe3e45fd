// Duty: what a check of a restore comes to, as plain data: it goes from the program's worker to the command line, and out as JSON.
import type { StateMetadata } from '../storage/state-handles.js'

/**
 * `matched`: it is restored. `new`: the snapshot has nothing of it. `orphaned`: the program has no place for it. `renamed`: the same,
 * and there is one that looks like it under another name. `incompatible`: a restore refuses it. `failed`: of an operator whose
 * functions could not be opened. `unknown`: what becomes of it is known when the program runs.
 */
export type Verdict = 'matched' | 'new' | 'orphaned' | 'renamed' | 'incompatible' | 'failed' | 'unknown'

/** How a state was, or is to be, written. */
export interface StateShape {
  readonly type: string
  readonly schemaVersion: number
  /** Null for state of the key alone, and of no key. */
  readonly namespaces: string | null
}

export interface CheckedState {
  readonly name: string
  readonly kind: StateMetadata['kind'] | 'coordinator' | 'channel'
  readonly verdict: Verdict
  /** Null where the snapshot has none, or it is in a form of its own. */
  readonly stored: StateShape | null
  readonly declared: StateShape | null
  /** Why it is not simply matched. */
  readonly reason?: string
  /** What to write to have it. */
  readonly advice?: string
}

export interface CheckedOperator {
  readonly operatorId: string
  readonly uid: string | null
  readonly name: string
  readonly verdict: Verdict
  readonly parallelism: { readonly stored: number | null; readonly planned: number | null }
  readonly maxParallelism: { readonly stored: number | null; readonly planned: number | null }
  readonly reason?: string
  readonly advice?: string
  readonly states: readonly CheckedState[]
}

export interface RestoreCheck {
  /** Of the program. */
  readonly jobName: string
  /** Those of the program in the order of its plan, then those that only the snapshot has. */
  readonly operators: readonly CheckedOperator[]
}

/** Whether there is an operator or state that keeps a restore from having all there is, or the program from running. */
export function refusedBy(check: RestoreCheck, allowNonRestoredState: boolean): boolean {
  const always: readonly Verdict[] = ['incompatible', 'failed']
  const refused: readonly Verdict[] = allowNonRestoredState ? always : [...always, 'orphaned', 'renamed']
  return check.operators.some(({ verdict, states }) =>
    [verdict, ...states.map((state) => state.verdict)].some((each) => refused.includes(each)),
  )
}
