/**
 * A job that has state of every kind goes on from snapshots with other parallelisms and other state backends, and loses and
 * doubles nothing. `npm run rescale-rounds -- 10 1 jobs` does it in random ways.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RescaledRun } from './rescaled-run.js'

describe('a job with state of every kind', () => {
  it('goes on from a savepoint on the heap with RocksDB, from there with LMDB, and not with what cannot read it', async () => {
    const run = new RescaledRun()
    await run.leg({ parallelism: 1, backend: 'heap', hold: 1000, ending: 'stop' })
    await run.leg({ parallelism: 3, backend: 'rocksdb', hold: 2000, ending: 'incremental' })
    const [tooMany, onTheHeap] = await Promise.all([run.toTheEnd(17, 'rocksdb'), run.toTheEnd(2, 'heap')])
    assert.equal(tooMany.exitCode, 1)
    assert.match(tooMany.stderr, /has parallelism 17, more than its max parallelism 16/)
    assert.equal(onTheHeap.exitCode, 1)
    assert.match(
      onTheHeap.stderr,
      /lies in files of the state backend 'rocksdb'.*or take a savepoint there and start from/,
    )
    await run.leg({ parallelism: 2, backend: 'rocksdb', hold: 2500, ending: 'savepoint' })
    run.check(await run.toTheEnd(3, 'lmdb'))
    run.workspace.remove()
  })
})
