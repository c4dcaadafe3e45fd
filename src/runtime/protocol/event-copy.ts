// Duty: an event as it arrives, made where it is sent.
// Invariants: what cannot be copied is refused there, whatever way it goes; a sender that changes the event later changes nothing.
// Thread: the task worker.
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'

export function copyOfEvent(event: unknown, sender: string): unknown {
  try {
    return structuredClone(event)
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('OPERATOR_EVENT_NOT_CLONEABLE', { sender, reason }, { cause: error })
  }
}
