import type { IOMetricsInfo, SubtaskExecutionAttemptDetailsInfo } from '../messages/vertex-messages.js'
import { hasEnded, type AttemptReport, type ReportedState } from './vertex-report.js'

export const UNASSIGNED = '(unassigned)'

/** States whose duration is told, in the order of a life. */
export const TOLD_STATES = ['CREATED', 'SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const
const LIFE: readonly ReportedState[] = [...TOLD_STATES, 'CANCELING', 'FINISHED', 'CANCELED', 'FAILED']

export function attemptInfoOf(attempt: AttemptReport, now: number): SubtaskExecutionAttemptDetailsInfo {
  const { startTime, endTime, duration } = timesOf([attempt], now)
  const { place } = attempt
  return {
    subtask: attempt.subtask,
    status: attempt.state,
    attempt: attempt.attempt,
    host: place?.host ?? UNASSIGNED,
    endpoint: place?.endpoint ?? UNASSIGNED,
    'start-time': startTime,
    'end-time': endTime,
    duration,
    metrics: ioMetricsOf([attempt]),
    'taskmanager-id': place?.taskManagerId ?? UNASSIGNED,
    'status-duration': statusDurationsOf(attempt, now),
    start_time: startTime,
  }
}

/** From the first deployment to the end of the last; `endTime` is -1 while one of them lives. */
export function timesOf(
  attempts: readonly AttemptReport[],
  now: number,
): { readonly startTime: number; readonly endTime: number; readonly duration: number } {
  const starts = attempts.flatMap(({ timestamps }) => timestamps.DEPLOYING ?? [])
  const endTime = attempts.every(hasEnded) ? endOf(attempts) : -1
  if (starts.length === 0) return { startTime: -1, endTime, duration: -1 }
  const startTime = Math.min(...starts)
  return { startTime, endTime, duration: (endTime === -1 ? now : endTime) - startTime }
}

function endOf(attempts: readonly AttemptReport[]): number {
  return Math.max(-1, ...attempts.flatMap(({ state, timestamps }) => timestamps[state] ?? []))
}

/** Of attempts together. What is not reported of one of them makes the sum incomplete. */
export function ioMetricsOf(attempts: readonly AttemptReport[]): IOMetricsInfo {
  const sum = (name: string): number => attempts.reduce((total, { metrics }) => total + numberOf(metrics?.[name]), 0)
  const isComplete = attempts.length > 0 && attempts.every(({ metrics }) => metrics !== undefined)
  return {
    // Where no channel counts bytes, records are handed over within the worker: none were read.
    'read-bytes': sum('numBytesIn'),
    'read-bytes-complete': isComplete,
    'write-bytes': sum('numBytesOut'),
    'write-bytes-complete': isComplete,
    'read-records': sum('numRecordsIn'),
    'read-records-complete': isComplete,
    'write-records': sum('numRecordsOut'),
    'write-records-complete': isComplete,
    'accumulated-backpressured-time': sum('accumulateBackPressuredTimeMs'),
    'accumulated-idle-time': sum('accumulateIdleTimeMs'),
    'accumulated-busy-time': sum('accumulateBusyTimeMs'),
  }
}

function numberOf(value: number | string | undefined): number {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}

/** How long it has been in each state; -1 of those that it was not in. */
export function statusDurationsOf(attempt: AttemptReport, now: number): Record<string, number> {
  const { state: current, timestamps } = attempt
  const entered = LIFE.filter((state) => timestamps[state] !== undefined)
  const durations = TOLD_STATES.map((state) => {
    const start = timestamps[state]
    const next = entered[entered.indexOf(state) + 1]
    const end = state === current || next === undefined ? now : (timestamps[next] ?? now)
    return [state, start === undefined ? -1 : Math.max(0, end - start)] as const
  })
  return Object.fromEntries(durations)
}
