import type { JobOverview } from '../rest/messages/job-messages.js'

/** The last moment that JavaScript has a date for. */
const LAST_EPOCH_MS = 8.64e15

/** True for a time that can be shown. */
export function isEpochMs(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_EPOCH_MS
}

/** True when a value that came from outside can be shown as a job. */
export function isJobOverview(value: unknown): value is JobOverview {
  if (typeof value !== 'object' || value === null) return false
  const { jid, name, state, ...times } = value as Partial<Record<keyof JobOverview, unknown>>
  const isNamed = typeof jid === 'string' && typeof name === 'string' && typeof state === 'string'
  return isNamed && isEpochMs(times['start-time']) && isEpochMs(times['end-time'])
}
