import { areQueryableStates } from './queryable-state-messages.js'
import type { JobOverview } from '../rest/messages/job-messages.js'
import type { AnsweringCheckpoint } from '../rest/messages/state-messages.js'

/** State of a job whose process lives and does not answer, for who looks at it; no job is in it by itself. */
export const UNRESPONSIVE = 'UNRESPONSIVE'

const END_STATES: ReadonlySet<string> = new Set(['FINISHED', 'CANCELED', 'FAILED'])

/** True where nothing comes after it. */
export function isEndState(state: string): boolean {
  return END_STATES.has(state)
}

/** The last moment that JavaScript has a date for. */
const LAST_EPOCH_MS = 8.64e15

/** True for a time that can be shown. */
export function isEpochMs(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_EPOCH_MS
}

/** True when a value that came from outside can be shown as a job. */
export function isJobOverview(value: unknown): value is JobOverview {
  if (typeof value !== 'object' || value === null) return false
  const { jid, name, state, died, left, log, restarts, ...times } = value as Partial<Record<keyof JobOverview, unknown>>
  const isNamed = typeof jid === 'string' && typeof name === 'string' && typeof state === 'string'
  const isRight = isNamed && isDeath(died) && isLeft(left) && isLog(log) && areRestarts(restarts)
  return isRight && isEpochMs(times['start-time']) && isEpochMs(times['end-time'])
}

function isDeath(died: unknown): boolean {
  if (died === undefined) return true
  if (typeof died !== 'object' || died === null) return false
  const { checkpoints, isRecoverable, queryableStates } = died as {
    readonly checkpoints?: unknown
    readonly isRecoverable?: unknown
    readonly queryableStates?: unknown
  }
  const isRight = queryableStates === undefined || areQueryableStates(queryableStates)
  if (isRecoverable !== undefined && typeof isRecoverable !== 'boolean') return false
  return isRight && (checkpoints === undefined || typeof checkpoints === 'string')
}

function areRestarts(restarts: unknown): boolean {
  if (restarts === undefined) return true
  if (typeof restarts !== 'object' || restarts === null) return false
  const { count, since } = restarts as { readonly count?: unknown; readonly since?: unknown }
  return Number.isSafeInteger(count) && isEpochMs(since)
}

function isLog(log: unknown): boolean {
  if (log === undefined) return true
  if (typeof log !== 'object' || log === null) return false
  const { directory, pid } = log as { readonly directory?: unknown; readonly pid?: unknown }
  return typeof directory === 'string' && Number.isSafeInteger(pid)
}

function isLeft(left: unknown): boolean {
  if (left === undefined) return true
  if (typeof left !== 'object' || left === null) return false
  const { checkpoint, queryableStates } = left as Partial<Record<'checkpoint' | 'queryableStates', unknown>>
  return areQueryableStates(queryableStates) && (checkpoint === null || isAnsweringCheckpoint(checkpoint))
}

function isAnsweringCheckpoint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { id, timestamp, path } = value as Partial<Record<keyof AnsweringCheckpoint, unknown>>
  return Number.isSafeInteger(id) && isEpochMs(timestamp) && typeof path === 'string'
}

/** What is to be said of a job whose process died: it left no word, but perhaps checkpoints. */
export function adviceOnDeath(died: NonNullable<JobOverview['died']>, jobId: string): string {
  if (died.isRecoverable === true) return `to go on with it: run --recover ${jobId}`
  if (died.checkpoints === undefined) return 'it left no checkpoints in a directory of its own'
  return `to go on from its newest checkpoint: run -s ${died.checkpoints}`
}
