import { describe, it } from 'node:test'
import { cleanUpAfterEach } from './rocksdb-under-test.js'
import { playRounds } from './snapshot-rounds/play-rounds.js'

/** `npm run snapshot-rounds` takes as many as it is told. */
const SEEDS = [1, 3]

cleanUpAfterEach()

for (const driver of ['rocksdb', 'lmdb'] as const) {
  describe(`snapshots in a random order, on ${driver} and on the heap`, () => {
    for (const seed of SEEDS) {
      it(`all hold what they should, and no file is missing or left, with seed ${String(seed)}`, async () => {
        await playRounds({ driver, seed, steps: 25, verifiedEvery: 12 })
      })
    }
  })
}
