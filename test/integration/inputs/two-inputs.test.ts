import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Sides } from './count-by-side.js'
import { MiniCluster } from './mini-cluster.js'
import { KEYS, twoInputJob, type TwoInputWorld } from './two-input-job.js'

type Pair = readonly [left: number, right: number]

const CONFIGURATION = {
  'execution.checkpointing.interval': '20 ms',
  'execution.checkpointing.dir': 'file:///checkpoints',
}
const SKEWS = [
  { title: 'the left side ahead', records: [20_000, 2000], pauseAfter: [5000, 20] },
  { title: 'the right side ahead', records: [2000, 20_000], pauseAfter: [20, 5000] },
] as const

function worldOf(records: Pair, pauseAfter: Pair, isHeld = false): TwoInputWorld {
  return { records, pauseAfter, isHeld, results: [], watermarks: new Set() }
}

/** Left and right of each key, when everything was counted once. */
function expectedCounts(bothRecords: Pair): Map<number, Sides> {
  const counts = new Map<number, Sides>()
  for (const [side, records] of bothRecords.entries()) {
    for (let number = 0; number < records; number += 1) {
      const key = number % KEYS
      const [, left, right] = counts.get(key) ?? [key, 0, 0]
      counts.set(key, side === 0 ? [key, left + 1, right] : [key, left, right + 1])
    }
  }
  return counts
}

/** The last word about each key. */
function lastCounts(results: readonly Sides[]): Map<number, Sides> {
  const counts = new Map<number, Sides>()
  for (const result of results) {
    const [key, left, right] = result
    const [, l, r] = counts.get(key) ?? [key, 0, 0]
    if (left + right > l + r) counts.set(key, result)
  }
  return counts
}

function sorted(counts: ReadonlyMap<number, Sides>): Sides[] {
  return [...counts.values()].sort(([one], [other]) => one - other)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('A job with an operator of two inputs', { timeout: 60_000 }, () => {
  it('counts each record once through the gates of several tasks, and time is that of both sides', async () => {
    const records: Pair = [6000, 4000]
    const world = worldOf(records, [100, 50])
    const cluster = new MiniCluster()
    const program = () => twoInputJob(world, 2)
    const master = await cluster.start({ program, configuration: CONFIGURATION, restore: undefined }, 2)
    const { status, error } = await master.outcome
    assert.equal(status, 'FINISHED', error?.message)
    assert.equal(world.results.length, records[0] + records[1])
    assert.deepEqual(sorted(lastCounts(world.results)), sorted(expectedCounts(records)))
    const [, ...watermarks] = [...world.watermarks].sort((one, other) => one - other)
    assert.ok(watermarks.length > 1)
    // The shorter side holds time back until it is over; no record comes after the end of time.
    assert.ok(watermarks.every((watermark) => watermark < records[0]))
  })

  for (const { title, records, pauseAfter } of SKEWS) {
    it(`goes on from a savepoint with more and with fewer tasks (${title})`, async () => {
      const cluster = new MiniCluster()
      const first = worldOf(records, pauseAfter, true)
      const common = { configuration: CONFIGURATION, restore: undefined }
      const master = await cluster.start({ ...common, program: () => twoInputJob(first, 2) }, 2)
      await until(() => first.results.length > 1000)
      // Cancelled after the savepoint, in the middle of both sides: what came out after it comes again.
      const restore = await master.triggerSavepoint('file:///savepoints', 'cancel')
      assert.equal((await master.outcome).status, 'CANCELED')
      for (const parallelism of [3, 1]) {
        const second = worldOf(records, pauseAfter)
        const again = await cluster.start({ ...common, restore, program: () => twoInputJob(second, parallelism) }, 2)
        const { status, error } = await again.outcome
        assert.equal(status, 'FINISHED', error?.message)
        assert.deepEqual(sorted(lastCounts(second.results)), sorted(expectedCounts(records)))
        assert.ok(second.results.length < records[0] + records[1], 'nothing was restored')
      }
    })
  }
})
