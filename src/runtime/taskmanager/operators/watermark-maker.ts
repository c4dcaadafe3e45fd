// Duty: what an operator implements that makes watermarks, so that it can be asked why none come.
// Invariants: looks only.
// Thread: the task worker that owns the operator.
import type { WatermarkMakerTime } from '../../protocol/time-report.js'
import type { StreamOperator } from './stream-operator.js'

/** How many of the splits that hold time back are named. */
export const MAX_NAMED_SPLITS = 5

/** A maker that has no splits. */
export const WITHOUT_SPLITS = { splits: [], numSplits: 0, mayGetSplits: undefined, waitsForGroup: undefined } as const

export interface WatermarkMaker {
  watermarkTime(): Omit<WatermarkMakerTime, 'operatorId'>
}

export function makesWatermarks(operator: StreamOperator): operator is StreamOperator & WatermarkMaker {
  return 'watermarkTime' in operator && typeof operator.watermarkTime === 'function'
}
