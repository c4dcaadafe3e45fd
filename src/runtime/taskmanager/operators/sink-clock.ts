// Duty: the clock that writers and sink functions are given.
// Invariants: it calls back between two records; a callback that gives a promise is waited for as a write is, and its error is the operator's.
// Thread: the task worker that owns the operator.
import type { SinkProcessingTimeService } from '../../../api/functions/sink/sink-processing-time-service.js'
import { isThenable } from '../state/thenable.js'
import type { OperatorErrors } from './operator-errors.js'
import { checkClockTimer } from './own/own-arguments.js'
import type { OperatorContext } from './stream-operator.js'

export function sinkProcessingTimeService(
  context: OperatorContext,
  { name, errors }: { readonly name: string; readonly errors: OperatorErrors },
): SinkProcessingTimeService {
  const call = (target: (timestampMs: number) => unknown, timestamp: number): void => {
    try {
      const result = target(timestamp)
      if (isThenable(result))
        context.suspendInputUntil(
          errors.guarded(async () => {
            await result
          }),
        )
    } catch (error) {
      throw errors.failed(error)
    }
  }
  return {
    getCurrentProcessingTime: () => context.processingTime.currentProcessingTime(),
    registerTimer: (timestampMs, target) => {
      checkClockTimer(name, timestampMs, target)
      return context.processingTime.registerTimer(timestampMs, (timestamp) => {
        call(target, timestamp)
        return true
      })
    },
  }
}
