import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { CompletedCheckpoint } from '../../../src/storage/checkpoint-metadata.js'
import { RescaledOperator } from './rescaling/rescaled-operator.js'
import type { BackendUnderTest } from './state-backend.contract.js'
import { rounds } from '../../runner/rounds.js'

/** How a run goes from one parallelism to the next. */
interface Move {
  readonly parallelism: number
  /** The snapshot builds on one before it. */
  readonly isDelta: boolean
}

const parallelisms = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 7 }) },
  fc.integer({ min: 1, max: 128 }),
)
const run = fc.record({
  maxParallelism: fc.oneof(parallelisms, fc.constant(128)),
  wanted: fc.array(fc.record({ parallelism: parallelisms, isDelta: fc.boolean() }), { minLength: 2, maxLength: 3 }),
  keys: fc.uniqueArray(fc.oneof(fc.nat(500), fc.string({ maxLength: 3 })), { maxLength: 40 }),
})

async function rescale(
  kind: BackendUnderTest,
  maxParallelism: number,
  moves: readonly Move[],
  keys: (string | number)[],
) {
  const operator = new RescaledOperator(maxParallelism)
  let snapshot: CompletedCheckpoint | undefined
  for (const { parallelism, isDelta } of moves) {
    await operator.start(kind, Math.min(parallelism, maxParallelism), snapshot)
    if (snapshot !== undefined) operator.check()
    operator.work(keys)
    snapshot = await operator.snapshot('first')
    if (!isDelta) continue
    operator.work(keys.slice(keys.length / 2))
    snapshot = await operator.snapshot('delta')
  }
  await operator.dispose()
}

/** What every backend promises when an operator goes on with more or fewer subtasks, beside the state that has no keys. */
export function rescalingContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, an operator with state of every kind`, () => {
    it('has all of it again, each where it belongs, whatever the parallelism before and after', async () => {
      await fc.assert(
        fc.asyncProperty(run, async ({ maxParallelism, wanted, keys }) => {
          const last = { parallelism: maxParallelism, isDelta: false }
          await rescale(kind, maxParallelism, [...wanted, last], keys)
        }),
        { numRuns: rounds(10) },
      )
    })
  })
}
