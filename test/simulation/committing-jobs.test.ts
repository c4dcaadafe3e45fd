/** Simulated jobs that end in the engine's sinks: writers and committers, functions with transactions, those that write ahead. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MarkWatch } from './marks.js'
import { simulateJob } from './simulate-job.js'

/** `npm run simulate -- --committing` takes as many as it is told. */
const SEEDS = 6
/** Which, with those after it, reaches all of the marks. */
const FIRST_SEED = 7

const MARKS = [
  'a committable is to be retried',
  'a worker dies before a commit',
  'a worker dies after a commit',
] as const

describe('a simulated job with a sink that commits', () => {
  it(`has each record once in the outer system, whatever becomes of commits (${SEEDS} seeds)`, async () => {
    const marks = new MarkWatch()
    const onLog = (log: readonly string[]): void => {
      marks.look(log)
    }
    for (let seed = 0; seed < SEEDS; seed += 1) await simulateJob(FIRST_SEED + seed, { kind: 'committing', onLog })
    for (const mark of MARKS) assert.ok(marks.count(mark) > 0, mark)
  })
})
