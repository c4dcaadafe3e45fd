import type { SinkFunction } from '../../functions/sink-function.js'
import type { KeepsState } from './keeps-state.js'

/** Operators without an output. */
export interface SinkSpec {
  readonly kind: 'sink'
  readonly function: SinkFunction<unknown>
}

export const sinkKeepsState: KeepsState<SinkSpec> = { sink: false }
