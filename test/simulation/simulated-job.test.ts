/**
 * A job that counts by key, with all that can go wrong, from one seed: every seed ends with the counts of a plain loop,
 * each committed once. `npm run simulate -- --seeds 2000 --from 1` tries more; a failure prints how to see it again.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { simulateJob, type SimulationReport } from './simulate-job.js'
import { SimulationFailure } from './simulation.js'

const SEEDS = 50
const FIRST_SEED = 1
/** Seeds enough to see what a broken engine does. */
const BROKEN_SEEDS = 40

function sum(reports: readonly SimulationReport[], numberOf: (report: SimulationReport) => number): number {
  return reports.reduce((total, report) => total + numberOf(report), 0)
}

describe('a simulated job', () => {
  it(`ends with exact counts, each committed once, whatever goes wrong (${SEEDS} seeds)`, async () => {
    const reports: SimulationReport[] = []
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) reports.push(await simulateJob(seed))
    // A seed holds easily when nothing goes wrong in it.
    assert.ok(sum(reports, ({ faults }) => faults['user-function-throws']) > SEEDS / 4, 'functions threw')
    assert.ok(sum(reports, ({ faults }) => faults['worker-dies']) > SEEDS / 4, 'workers died')
    assert.ok(sum(reports, ({ faults }) => faults['disk-fails']) > SEEDS / 4, 'the disk failed')
    assert.ok(sum(reports, ({ faults }) => faults['value-not-storable']) > SEEDS / 4, 'values could not be stored')
    assert.ok(sum(reports, ({ faults }) => faults['snapshot-is-damaged']) > 0, 'checkpoints were damaged')
    assert.ok(sum(reports, ({ runs }) => runs) > SEEDS, 'jobs went on from snapshots in other runs')
    assert.ok(sum(reports, ({ snapshots }) => snapshots) > 4 * SEEDS, 'snapshots were completed')
  })

  for (const seed of [3, 4, 8]) {
    it(`has the same events, byte for byte, when seed ${seed} is played again`, async () => {
      const first = await simulateJob(seed)
      const second = await simulateJob(seed)
      assert.ok(first.log.length > 100)
      assert.equal(second.log.join('\n'), first.log.join('\n'))
    })
  }

  it('says how to see it again when it fails', async () => {
    const sabotage = { configuration: { 'execution.checkpointing.mode': 'AT_LEAST_ONCE' } }
    const failures: unknown[] = []
    for (let seed = FIRST_SEED; seed < FIRST_SEED + BROKEN_SEEDS && failures.length === 0; seed += 1) {
      await simulateJob(seed, { sabotage }).catch((error: unknown) => failures.push(error))
    }
    const [failure] = failures
    assert.ok(failure instanceof SimulationFailure, 'no seed failed')
    assert.match(failure.message, /^seed \d+: .*count/)
    assert.match(failure.message, /npm run simulate -- --seed \d+$/)
  })
})
