import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { HEAP } from './backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { SnapshotRounds } from './snapshot-rounds/snapshot-rounds.js'

/** So few that entries leave memory all the time. */
const CACHE_BYTES = 3000
const SEEDS = [1, 2, 3]

cleanUpAfterEach()

for (const driver of ['rocksdb', 'lmdb'] as const) {
  describe(`snapshots in a random order, on ${driver} and on the heap`, () => {
    for (const seed of SEEDS) {
      it(`all hold what they should, and no file is missing or left, with seed ${String(seed)}`, async () => {
        const root = await mkdtemp(path.join(tmpdir(), 'flink-ts-rounds-'))
        try {
          const kinds = [diskUnderTest({ driver, cacheBytes: CACHE_BYTES }), HEAP] as const
          await new SnapshotRounds({ seed, root, kinds, steps: 25, verifiedEvery: 8 }).play()
        } finally {
          await rm(root, { recursive: true, force: true })
        }
      })
    }
  })
}
