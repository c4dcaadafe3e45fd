import type { WatermarkStrategy } from '../../eventtime/watermark-strategy.js'
import type { KeepsState } from './keeps-state.js'

/** Operators that give records and stream their time. */
export interface EventTimeSpec {
  readonly kind: 'timestamps-and-watermarks'
  readonly strategy: WatermarkStrategy<unknown>
}

export const eventTimeKeepsState: KeepsState<EventTimeSpec> = { 'timestamps-and-watermarks': false }
