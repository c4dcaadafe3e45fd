/** That the simulation finds faults: those that few seeds find; `npm run simulate -- --mutants` looks for all of them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findMutant, MUTANTS } from './mutants.js'
import { simulateJob } from './simulate-job.js'
import { SimulationFailure } from './simulation.js'

/** More would take longer than a test may. */
const FEW_SEEDS = 5

describe('the simulation finds', () => {
  for (const mutant of MUTANTS.filter(({ seeds }) => seeds <= FEW_SEEDS)) {
    it(`that ${mutant.name}`, async () => {
      const { found } = await findMutant(mutant)
      assert.ok(found !== undefined, `none of ${mutant.seeds} seeds from ${mutant.from ?? 1} on failed`)
    })
  }

  it('a fault, says how to see it again, and leaves nothing of it', async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'a watermark is ahead of the records')
    assert.ok(mutant !== undefined)
    const { found } = await findMutant(mutant)
    const seed = found?.seed ?? 0
    await assert.rejects(
      simulateJob(seed, { sabotage: mutant.make() }),
      (error) => error instanceof SimulationFailure && error.message.endsWith(`npm run simulate -- --seed ${seed}`),
    )
    await simulateJob(seed)
  })
})
