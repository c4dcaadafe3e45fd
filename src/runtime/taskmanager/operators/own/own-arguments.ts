// Duty: what an own operator gives to the engine is checked where it gives it: plain JavaScript may give anything.
// Invariants: what is refused has changed nothing. The reason names the call.
// Thread: the task worker that owns the operator.
import { hasMethods } from '../../../../api/functions/has-methods.js'
import type { Triggerable } from '../../../../api/operators/internal-timer-service.js'
import type { StreamRecord } from '../../../../api/operators/stream-record.js'
import { WatermarkStatus } from '../../../../api/operators/watermark-status.js'
import { describeValue } from '../../../../core/errors/describe-value.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { ReasonError } from '../../../../core/errors/reason-error.js'
import { isTimestamp } from '../../eventtime/assigned-timestamp.js'
import { NO_TIMESTAMP } from '../../network/stream-element.js'

export function timestampOfRecord(record: StreamRecord<unknown>): number {
  const timestamp: unknown = record.getTimestamp() ?? NO_TIMESTAMP
  if (isTimestamp(timestamp)) return timestamp
  const taken = 'a StreamRecord has ms since the epoch, between -(2 ** 53) and 2 ** 53, or null as its timestamp'
  throw new ReasonError(`output.collect: ${taken}, not ${describeValue(timestamp)}`)
}

export function checkedStatus(status: unknown, call: string): WatermarkStatus {
  if (status === WatermarkStatus.ACTIVE || status === WatermarkStatus.IDLE) return status
  const taken = 'WatermarkStatus.ACTIVE or WatermarkStatus.IDLE'
  throw new ReasonError(`${call} takes ${taken}, not ${describeValue(status)}`)
}

export function checkedTriggerable(triggerable: unknown): Triggerable<unknown, unknown> {
  if (isTriggerable(triggerable)) return triggerable
  const taken =
    'as its third argument what has the methods onEventTime and onProcessingTime, such as the operator itself'
  throw new ReasonError(`getInternalTimerService takes ${taken}, not ${describeValue(triggerable)}`)
}

export function checkTimers(name: unknown, namespaceSerializer: unknown): void {
  if (typeof name !== 'string') {
    throw new ReasonError(`getInternalTimerService takes a name, a string, first, not ${describeValue(name)}`)
  }
  if (hasMethods(namespaceSerializer, 'serialize', 'deserialize', 'copy')) return
  const taken = 'as its second argument a TypeSerializer, such as VoidNamespaceSerializer.INSTANCE'
  throw new ReasonError(`getInternalTimerService takes ${taken}, not ${describeValue(namespaceSerializer)}`)
}

export function checkClockTimer(operator: string, timestampMs: unknown, target: unknown): void {
  if (typeof timestampMs !== 'number' || Number.isNaN(timestampMs)) {
    throw new FlinkError('TIMER_TIMESTAMP_INVALID', { operator, given: describeValue(timestampMs) })
  }
  if (typeof target === 'function') return
  throw new ReasonError(`registerTimer takes a function as its second argument, not ${describeValue(target)}`)
}

function isTriggerable(candidate: unknown): candidate is Triggerable<unknown, unknown> {
  return hasMethods(candidate, 'onEventTime', 'onProcessingTime')
}
