import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CheckpointRequestDecider } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-request-decider.js'
import type { CheckpointRequest } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-request.js'

const CHECKPOINT: CheckpointRequest = { targetDirectory: undefined, thenEnd: undefined }
const SAVEPOINT: CheckpointRequest = { targetDirectory: 'file:/sp', thenEnd: undefined }

/** What was told before, at which time, with how many pending, and what is decided then. */
interface Row {
  readonly title: string
  readonly limits?: { readonly minPauseMs?: number; readonly maxConcurrent?: number }
  readonly before?: (decider: CheckpointRequestDecider) => void
  readonly nowMs?: number
  readonly pending?: number
  readonly isFinal?: boolean
  readonly decision: 'begin' | 'postpone' | number
}

const ROWS: readonly Row[] = [
  { title: 'begins the first one', decision: 'begin' },
  { title: 'postpones one while as many as may be are pending', pending: 1, decision: 'postpone' },
  { title: 'begins a second one where two may be', limits: { maxConcurrent: 2 }, pending: 1, decision: 'begin' },
  {
    title: 'counts a request that is not pending yet',
    before: (decider) => {
      decider.requested(SAVEPOINT)
    },
    decision: 'postpone',
  },
  {
    title: 'counts a request no more once it has begun',
    before: (decider) => {
      decider.requested(CHECKPOINT)
      decider.begun()
    },
    decision: 'begin',
  },
  {
    title: 'waits for the rest of the pause after a completed one',
    limits: { minPauseMs: 100 },
    before: (decider) => {
      decider.completed(1000)
    },
    nowMs: 1040,
    decision: 60,
  },
  {
    title: 'begins at the end of the pause',
    limits: { minPauseMs: 100 },
    before: (decider) => {
      decider.completed(1000)
    },
    nowMs: 1100,
    decision: 'begin',
  },
  {
    title: 'does not pause before the final one',
    limits: { minPauseMs: 100 },
    before: (decider) => {
      decider.completed(1000)
    },
    nowMs: 1001,
    isFinal: true,
    decision: 'begin',
  },
  { title: 'postpones the final one too while another is pending', isFinal: true, pending: 1, decision: 'postpone' },
  ...(['suspend', 'drain', 'cancel'] as const).flatMap((thenEnd): Row[] => [
    {
      title: `postpones all after a snapshot that is to ${thenEnd} the job`,
      before: (decider) => {
        decider.requested({ ...SAVEPOINT, thenEnd })
        decider.begun()
      },
      decision: 'postpone',
    },
    {
      title: `goes on when a snapshot is aborted with which to ${thenEnd} the job`,
      before: (decider) => {
        decider.requested({ ...SAVEPOINT, thenEnd })
        decider.begun()
        decider.aborted({ ...SAVEPOINT, thenEnd })
      },
      decision: 'begin',
    },
  ]),
  {
    title: 'stays postponed while one of two snapshots that are to end the job is left',
    before: (decider) => {
      for (const thenEnd of ['drain', 'cancel'] as const) decider.requested({ ...SAVEPOINT, thenEnd })
      decider.begun()
      decider.begun()
      decider.aborted({ ...SAVEPOINT, thenEnd: 'drain' })
    },
    decision: 'postpone',
  },
]

describe('A CheckpointRequestDecider', () => {
  for (const { title, limits, before, nowMs = 0, pending = 0, isFinal = false, decision } of ROWS) {
    it(title, () => {
      const decider = new CheckpointRequestDecider({ minPauseMs: 0, maxConcurrent: 1, ...limits })
      before?.(decider)
      const expected = typeof decision === 'number' ? { kind: 'pause', ms: decision } : { kind: decision }
      assert.deepEqual(decider.decide(nowMs, pending, isFinal), expected)
      assert.equal(decider.takePostponed(), decision === 'postpone')
      assert.equal(decider.takePostponed(), false)
    })
  }
})
