// Duty: broadcast state with a validator before it.
// Thread: the task worker that owns the operator.
import type { BroadcastState } from '../../../../api/state/broadcast-state.js'
import { ValidatedEntries } from './validated-entries.js'

export class ValidatedBroadcastState
  extends ValidatedEntries<BroadcastState<unknown, unknown>>
  implements BroadcastState<unknown, unknown>
{
  immutableEntries(): Iterable<readonly [unknown, unknown]> {
    return this.state.immutableEntries()
  }
}
