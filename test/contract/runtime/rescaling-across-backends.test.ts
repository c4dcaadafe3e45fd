import { describe, it } from 'node:test'
import { playRescaling } from './rescaling/play-rescaling.js'
import { cleanUpAfterEach } from './rocksdb-under-test.js'

/** `npm run rescale-rounds` takes as many as it is told. */
const SEEDS = [1, 2]

cleanUpAfterEach()

describe('An operator with state of every kind goes on, on the heap, RocksDB or LMDB', () => {
  for (const seed of SEEDS) {
    it(`with another parallelism and backend each time, over snapshots of each form, with seed ${String(seed)}`, async () => {
      await playRescaling({ seed, moves: 4, mostSubtasks: 9, mostKeys: 200 })
    })
  }
})
