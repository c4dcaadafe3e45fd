/** Two sources of one alignment group, in different workers: the one that has more to read waits for the other. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../src/api/dag/operator-spec.js'
import { WatermarkStrategy, type Source, type SourceSplit } from '../../../src/index.js'
import { RecordedProgram } from '../../unit/graph/recorded-program.js'
import { MiniCluster } from '../inputs/mini-cluster.js'
import { DiscoveringSource, type DiscoveryWorld, type SplitRecord } from './discovering-source.js'

const CONFIGURATION = { 'pipeline.auto-watermark-interval': '2 ms' }
const RECORDS = 20_000
const HELD_AT = 50

function worldOf(mayRead: number): DiscoveryWorld {
  const completed = { enumerator: new Set<number>(), readers: new Set<number>() }
  return { discovered: 1, splits: 1, recordsASplit: RECORDS, mayRead, completed }
}

function sourceOf(world: DiscoveryWorld): OperatorSpec {
  const watermarkStrategy = WatermarkStrategy.forMonotonousTimestamps<SplitRecord>()
    .withTimestampAssigner(({ sum }) => sum)
    .withWatermarkAlignment('group', 30, 5) as WatermarkStrategy<unknown>
  return {
    kind: 'source',
    source: new DiscoveringSource(world) as unknown as Source<unknown, SourceSplit>,
    watermarkStrategy,
  }
}

describe('Sources of an alignment group', { timeout: 60_000 }, () => {
  it('read no further ahead of each other than they may, and both to their end', async () => {
    const worlds = [worldOf(Number.POSITIVE_INFINITY), worldOf(HELD_AT)] as const
    const read = [0, 0]
    const program = (): RecordedProgram => {
      const recorded = new RecordedProgram()
      for (const [index, world] of worlds.entries()) {
        const settings = { parallelism: 1, slotSharingGroup: `group ${String(index)}` }
        const source = recorded.source(`Source ${String(index)}`, settings, sourceOf(world))
        const invoke = (): void => {
          read[index] = (read[index] ?? 0) + 1
        }
        recorded.operator(source, `Sink ${String(index)}`, { kind: 'sink', function: { invoke } }, settings)
      }
      return recorded
    }
    const master = await new MiniCluster().start({ program, configuration: CONFIGURATION, restore: undefined }, 2)
    while (read[1] !== HELD_AT) await new Promise((resolve) => setTimeout(resolve, 1))
    for (let before = -1; before !== read[0];) {
      before = read[0] ?? 0
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const readMeanwhile = read[0] ?? 0
    worlds[1].mayRead = Number.POSITIVE_INFINITY
    const { status, error } = await master.outcome
    assert.equal(status, 'FINISHED', error?.message)
    assert.ok(readMeanwhile < RECORDS, 'the quicker one has not waited')
    assert.deepEqual(read, [RECORDS, RECORDS])
  })
})
