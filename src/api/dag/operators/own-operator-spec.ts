import type { OneInputStreamOperator } from '../../operators/one-input-stream-operator.js'
import type { TwoInputStreamOperator } from '../../operators/two-input-stream-operator.js'
import type { KeepsState } from './keeps-state.js'

/** Operators that the program brings. */
export type OwnOperatorSpec =
  | { readonly kind: 'own-one-input'; readonly function: OneInputStreamOperator<unknown, unknown> }
  | { readonly kind: 'own-two-input'; readonly function: TwoInputStreamOperator<unknown, unknown, unknown> }

/** What they keep they say in their hooks, as functions do. */
export const ownOperatorKeepsState: KeepsState<OwnOperatorSpec> = { 'own-one-input': false, 'own-two-input': false }
