import { ReducingStateDescriptor } from '../../state/reducing-state-descriptor.js'
import { Types } from '../../types/types-table.js'

/** When a window fires next: a state that each continuous trigger has of its own. Of merged windows the earliest time. */
export function fireTimeDescriptor(): ReducingStateDescriptor<number> {
  return new ReducingStateDescriptor<number>('fire-time', (left, right) => Math.min(left, right), Types.LONG)
}
