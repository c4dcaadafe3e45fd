import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { InputElement, OutputElement } from './stream-elements.js'

/** Ways in which an operator is run; what each does is in `operator-modes.ts`. */
export type ModeName =
  | 'plain'
  | 'snapshot after every element'
  | 'restore after every element'
  | 'restore after every second element'
  | 'restore at the end'
  | 'output with one slot'
  | 'output that is full every other time'
  | 'watermark not done downstream'
  | 'snapshot asked for between two calls'
  | 'elements arrive while the operator waits'
  | 'restore while elements wait'
  | 'restore with another parallelism'
  | 'watermarks in steps of 1'
  | 'inputs in another order'

export interface OperatorResults {
  /** What leaves through the output. */
  readonly expected: readonly OutputElement[]
  /** What the function itself took away: pushed into the array that `binding` was given. */
  readonly received?: readonly unknown[]
}

/** Results that a mode must have for a reason of its own, or why it is left out. */
export type ModeException = OperatorResults | { readonly leftOut: string }

export interface OperatorCase extends OperatorResults {
  /** A fresh operator with a fresh function each time; `received` is that of the run. */
  readonly binding: (received: unknown[]) => OperatorBinding
  /** By input. Elements of several inputs arrive in turns: the first of each, the second of each... */
  readonly inputs: readonly (readonly InputElement[])[]
  /** Numbers of inputs whose records every subtask is given. */
  readonly broadcastInputs?: readonly number[]
  /** The results are the same elements whatever the order between inputs; the order within each input stays. */
  readonly anyOrderOfInputs?: boolean
  /** It does need several calls for a watermark or a timer when the output is narrow; a mode that meets none of these fails. */
  readonly slices?: boolean
  /** How many elements one call may emit beyond the one that fills the output. */
  readonly overdraft?: number
  readonly inMode?: Readonly<Partial<Record<ModeName, ModeException>>>
}
