import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import {
  GROWTHS,
  grown,
  onlyGrows,
  StateGrowth,
  type GrowingState,
  type Growth,
} from '../../../../../src/runtime/jobmanager/jobmaster/state-growth.js'
import { sampleGraph } from '../sample-graphs.js'
import { JobMasterHarness } from './job-master-harness.js'

/** At which of these counts the state is found to only grow; -1: at none. */
function foundAt(counts: readonly number[], leastEntries = 1): number {
  let growth: Growth | undefined
  return counts.findIndex((count, index) => {
    growth = grown(growth, count, index)
    return onlyGrows(growth, leastEntries)
  })
}

function series(length: number, countAt: (index: number) => number): number[] {
  return Array.from({ length }, (_, index) => countAt(index))
}

describe('A state only grows', () => {
  it('where ten checkpoints found more keys than the one before, and these have doubled', () => {
    assert.equal(foundAt(series(30, (index) => 100 + 50 * index)), GROWTHS)
    assert.equal(foundAt(series(30, (index) => 100 + 5 * index)), 20)
    assert.equal(foundAt(series(300, (index) => 10 * Math.floor(index / 5))), 5 * GROWTHS)
  })

  it('from the least number of keys on', () => {
    assert.equal(foundAt(series(100, (index) => index)), 10)
    assert.equal(
      foundAt(
        series(100, (index) => index),
        64,
      ),
      64,
    )
    assert.equal(
      foundAt(
        series(100, (index) => index),
        100,
      ),
      -1,
    )
  })

  it('not where the number of keys is stable, whatever came before', () => {
    assert.equal(foundAt(series(500, () => 1_000_000)), -1)
    const warmUp = series(9, (index) => 100_000 * index)
    assert.equal(foundAt([...warmUp, ...series(500, () => 900_000)]), -1)
    // A new key now and then: it stood still between any two of them.
    assert.equal(foundAt([...warmUp, ...series(5000, (index) => 900_000 + Math.floor(index / 50))]), -1)
  })

  it('not where it ever has fewer, as long as it has not doubled since', () => {
    assert.equal(foundAt(series(1000, (index) => 1000 + 100 * (index % 10))), -1)
    assert.equal(foundAt([...series(10, (index) => 100 * index), ...series(30, (index) => 800 + 10 * index)]), -1)
  })
})

describe('The states of a job', () => {
  function make(leastEntries: number): { growth: StateGrowth; clock: ManualClock; found: GrowingState[] } {
    const found: GrowingState[] = []
    const clock = new ManualClock(0)
    const jobGraph = sampleGraph([{ id: 'source' }, { id: 'map' }], [['source', 'map', 'hash']])
    const onGrowing = (growing: GrowingState): void => void found.push(growing)
    return { growth: new StateGrowth({ jobGraph, clock, leastEntries, onGrowing }), clock, found }
  }

  it('are counted over their subtasks, each by itself, and found once', () => {
    const { growth, clock, found } = make(40)
    for (let index = 0; index < 200; index += 1) {
      growth.checkpointCompleted([
        { map: { seen: index, users: 70 }, gone: { seen: index } },
        { map: { seen: 2 * index, users: 30 } },
      ])
      clock.advance(1000)
    }
    assert.deepEqual(found, [
      { operator: 'map', state: 'seen', first: 0, last: 42, forMs: 14_000 },
      { operator: 'gone', state: 'seen', first: 0, last: 40, forMs: 40_000 },
    ])
  })

  it('are not watched where the option is 0', () => {
    const { growth, found } = make(0)
    for (let index = 0; index < 50; index += 1) growth.checkpointCompleted([{ map: { seen: index } }])
    assert.deepEqual(found, [])
  })
})

describe('A job with a state that only grows', () => {
  const CONFIGURATION = {
    'execution.checkpointing.interval': '1 s',
    'state.growth-warning.min-entries': '100',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.delay': '1 ms',
  }

  /** Each of the two tasks of the worker counts as many. */
  async function checkpoints(harness: JobMasterHarness, counts: readonly number[]): Promise<void> {
    for (const count of counts) {
      harness.worker(0).entryCounts = { map: { seen: count } }
      await harness.advance(1000)
    }
  }

  it('warns once, over restarts, on the terminal, in the log and to whoever asks for its details', async () => {
    const harness = await new JobMasterHarness(CONFIGURATION).run()
    await checkpoints(
      harness,
      series(6, (index) => 10 * index),
    )
    await harness.fail('map', new Error('planted'))
    await harness.advance(1)
    assert.equal(harness.master.details().restarts, 1)
    harness.told.length = 0
    harness.logged.length = 0
    await checkpoints(
      harness,
      series(40, (index) => 50 + 10 * index),
    )
    assert.equal(harness.told.length, 1)
    assert.match(
      harness.told[0] ?? '',
      /^State 'seen' of "map" in job "sample" \(a{32}\) only grows: 0 keys became 200 in 11001 ms, .*enableTimeToLive.*state\.growth-warning\.min-entries/,
    )
    assert.deepEqual(
      harness.logged.map(({ level, text, fields }) => [level, text, fields['state'], fields['entries']]),
      [['warn', 'a state only grows', 'seen', 200]],
    )
    assert.deepEqual(
      harness.master.details().warnings.map(({ message }) => message),
      harness.told,
    )
  })

  it('says nothing for savepoints, which may complete after newer checkpoints', async () => {
    const harness = await new JobMasterHarness({
      ...CONFIGURATION,
      'execution.checkpointing.interval': '1 h',
      'state.growth-warning.min-entries': '1',
    }).run()
    for (let index = 1; index < 30; index += 1) {
      harness.worker(0).entryCounts = { map: { seen: index } }
      await harness.master.triggerSavepoint('file:///savepoints')
    }
    assert.deepEqual(harness.master.details().warnings, [])
    for (let index = 30; index < 80; index += 1) {
      harness.worker(0).entryCounts = { map: { seen: index } }
      await harness.master.triggerCheckpoint()
    }
    assert.equal(harness.master.details().warnings.length, 1)
  })
})
