/** One seed in a directory of its own, which goes with it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { HEAP } from '../backends-under-test.js'
import { diskUnderTest } from '../rocksdb-under-test.js'
import { SnapshotRounds, type RoundCounts } from './snapshot-rounds.js'

/** So few that entries leave memory all the time. */
const CACHE_BYTES = 3000

export interface PlayedRounds {
  readonly driver: 'rocksdb' | 'lmdb'
  readonly seed: number
  readonly steps: number
  readonly verifiedEvery: number
}

export async function playRounds({ driver, seed, steps, verifiedEvery }: PlayedRounds): Promise<RoundCounts> {
  const root = await mkdtemp(path.join(tmpdir(), 'flink-ts-rounds-'))
  try {
    const kinds = [diskUnderTest({ driver, cacheBytes: CACHE_BYTES }), HEAP] as const
    const rounds = new SnapshotRounds({ seed, root, kinds, steps, verifiedEvery })
    await rounds.play()
    return rounds.counts
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
