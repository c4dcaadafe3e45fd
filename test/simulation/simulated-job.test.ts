/**
 * A job with all that can go wrong, from one seed: every seed ends with the counts of a plain loop, each committed once.
 * `npm run simulate -- --seeds 2000 --from 1` tries more; README.md says what a seed draws and how to see one again.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FaultKind } from './fault-injector.js'
import { simulateJob, type SimulationReport } from './simulate-job.js'

/** `npm run simulate` takes as many as it is told. */
const SEEDS = 25
const FIRST_SEED = 26

function sum(reports: readonly SimulationReport[], numberOf: (report: SimulationReport) => number): number {
  return reports.reduce((total, report) => total + numberOf(report), 0)
}

/** Those that come often enough to be expected of so few seeds. */
const EXPECTED: readonly FaultKind[] = [
  'user-function-throws',
  'hook-throws',
  'sink-rejects',
  'worker-dies',
  'program-does-not-load',
  'value-not-storable',
  'disk-fails',
  'disk-is-slow',
  'disk-is-full',
]

describe('a simulated job', () => {
  it(`ends with exact counts, each committed once, whatever goes wrong (${SEEDS} seeds)`, async () => {
    const reports: SimulationReport[] = []
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) reports.push(await simulateJob(seed))
    // A seed holds easily when nothing goes wrong in it.
    for (const kind of EXPECTED) assert.ok(sum(reports, ({ faults }) => faults[kind]) > SEEDS / 10, kind)
    assert.ok(sum(reports, ({ faults }) => faults['snapshot-is-damaged']) > 0, 'checkpoints were damaged')
    assert.ok(sum(reports, ({ runs }) => runs) > SEEDS, 'jobs went on from snapshots in other runs')
    assert.ok(sum(reports, ({ snapshots }) => snapshots) > 4 * SEEDS, 'snapshots were completed')
  })

  for (const seed of [4, 8, 9]) {
    it(`has the same events, byte for byte, when seed ${seed} is played again`, async () => {
      const first = await simulateJob(seed)
      const second = await simulateJob(seed)
      assert.ok(first.log.length > 100)
      assert.equal(second.log.join('\n'), first.log.join('\n'))
    })
  }
})
