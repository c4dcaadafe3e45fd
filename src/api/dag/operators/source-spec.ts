import type { SourceFunction } from '../../functions/source-function.js'
import type { KeepsState } from './keeps-state.js'

/** Operators without an input. */
export interface SourceSpec {
  readonly kind: 'source-function'
  readonly function: SourceFunction<unknown>
}

export const sourceKeepsState: KeepsState<SourceSpec> = { 'source-function': false }
