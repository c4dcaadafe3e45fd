// Duty: the timers of an own operator, in the form of Flink's interfaces.
// Thread: the task worker that owns the operator.
import type {
  InternalTimer as OwnersTimer,
  InternalTimerService as OwnersTimerService,
  Triggerable as OwnersTriggerable,
} from '../../../../api/operators/internal-timer-service.js'
import { VoidNamespace } from '../../../../api/operators/void-namespace.js'
import type { InternalTimer, InternalTimerService, Triggerable } from '../../timers/internal-timer-service.js'

/** What the engine's timers call, for what the operator gave. `asGiven` gives the namespace that the operator knows. */
export function triggerableOf(
  owners: OwnersTriggerable<unknown, unknown>,
  asGiven: (namespace: unknown) => unknown,
  refusePromise: (result: unknown, method: string, owner: object) => void,
): Triggerable<unknown> {
  const timerOf = ({ key, namespace, timestamp }: InternalTimer<unknown>): OwnersTimer<unknown, unknown> => ({
    getTimestamp: () => timestamp,
    getKey: () => key,
    getNamespace: () => asGiven(namespace),
  })
  return {
    onEventTime: (timer) => {
      refusePromise(owners.onEventTime(timerOf(timer)), 'onEventTime', owners)
    },
    onProcessingTime: (timer) => {
      refusePromise(owners.onProcessingTime(timerOf(timer)), 'onProcessingTime', owners)
    },
  }
}

/** Of timers without namespaces the operator names VoidNamespace, which the engine does not keep. */
export function voidTimers(service: InternalTimerService<undefined>): OwnersTimerService<VoidNamespace> {
  return {
    currentProcessingTime: () => service.currentProcessingTime(),
    currentWatermark: () => service.currentWatermark(),
    registerEventTimeTimer: (_, timestamp) => {
      service.registerEventTimeTimer(undefined, timestamp)
    },
    deleteEventTimeTimer: (_, timestamp) => {
      service.deleteEventTimeTimer(undefined, timestamp)
    },
    registerProcessingTimeTimer: (_, timestamp) => {
      service.registerProcessingTimeTimer(undefined, timestamp)
    },
    deleteProcessingTimeTimer: (_, timestamp) => {
      service.deleteProcessingTimeTimer(undefined, timestamp)
    },
  }
}

export const giveVoid = (): VoidNamespace => VoidNamespace.INSTANCE
