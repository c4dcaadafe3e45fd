/** Sources with splits in a job: several workers in one thread, real checkpoints, restarts and rescaling. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../src/api/dag/operator-spec.js'
import { NumberSequenceSource, WatermarkStrategy, type Source, type SourceSplit } from '../../../src/index.js'
import type { JobMaster } from '../../../src/runtime/jobmanager/jobmaster/job-master.js'
import { RecordedProgram } from '../../unit/graph/recorded-program.js'
import { MiniCluster } from '../inputs/mini-cluster.js'
import { DiscoveringSource, type DiscoveryWorld, type SplitRecord } from './discovering-source.js'

const CONFIGURATION = {
  'execution.checkpointing.interval': '10 ms',
  'execution.checkpointing.dir': 'file:///checkpoints',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '10',
  'restart-strategy.fixed-delay.delay': '1 ms',
}

function sourceOf(source: unknown): OperatorSpec {
  const watermarkStrategy = WatermarkStrategy.noWatermarks<unknown>()
  return { kind: 'source', source: source as Source<unknown, SourceSplit>, watermarkStrategy }
}

/** Counts and sums the records of each split, exactly once if the state is. */
function countingProgram(world: DiscoveryWorld, results: SplitRecord[], parallelism: number): RecordedProgram {
  const program = new RecordedProgram()
  const source = program.source('Source', { parallelism, uid: 'source' }, sourceOf(new DiscoveringSource(world)))
  const key = { select: (value: unknown) => (value as SplitRecord).split, path: 'split', kind: 'auto' } as const
  const reduce = (one: unknown, other: unknown): SplitRecord => {
    const [left, right] = [one as SplitRecord, other as SplitRecord]
    return { split: left.split, count: left.count + right.count, sum: left.sum + right.sum }
  }
  const partitioned = program.partition(source, { kind: 'hash', key })
  const spec: OperatorSpec = { kind: 'reduce', function: { reduce } }
  const reduced = program.operator(partitioned, 'Count', spec, { parallelism: 2, uid: 'count' }, key)
  const invoke = (value: unknown): void => {
    results.push(value as SplitRecord)
  }
  program.operator(reduced, 'Sink', { kind: 'sink', function: { invoke } }, { parallelism: 1 })
  return program
}

function worldOf(overrides: Partial<DiscoveryWorld>): DiscoveryWorld {
  const completed = { enumerator: new Set<number>(), readers: new Set<number>() }
  return { discovered: 0, splits: 7, recordsASplit: 200, mayRead: Number.POSITIVE_INFINITY, completed, ...overrides }
}

function assertExactlyOnce(world: DiscoveryWorld, results: readonly SplitRecord[]): void {
  const { splits, recordsASplit } = world
  for (let number = 0; number < splits; number += 1) {
    const ofSplit = results.filter(({ split }) => split === `split ${String(number)}`)
    assert.equal(Math.max(...ofSplit.map(({ count }) => count)), recordsASplit)
    assert.equal(Math.max(...ofSplit.map(({ sum }) => sum)), (recordsASplit * (recordsASplit - 1)) / 2)
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

async function assertFinished(master: JobMaster): Promise<void> {
  const { status, error } = await master.outcome
  assert.equal(status, 'FINISHED', error?.message)
}

describe('A job with a source of splits', { timeout: 60_000 }, () => {
  it('reads a bounded one to its end, whoever of its readers gets how much', async () => {
    const values: number[] = []
    const program = (): RecordedProgram => {
      const recorded = new RecordedProgram()
      const source = recorded.source('Source', { parallelism: 3 }, sourceOf(new NumberSequenceSource(1, 10_000)))
      const invoke = (value: unknown): void => {
        values.push(value as number)
      }
      recorded.operator(source, 'Sink', { kind: 'sink', function: { invoke } }, { parallelism: 3 })
      return recorded
    }
    const job = { program, configuration: CONFIGURATION, restore: undefined }
    await assertFinished(await new MiniCluster().start(job, 2))
    assert.equal(values.length, 10_000)
    assert.equal(new Set(values).size, 10_000)
  })

  it('starts a reader anew alone where no exchange connects it with others, and what it has lost is assigned again', async () => {
    const results: SplitRecord[] = []
    const returned = new Set<string>()
    let hasFailed = false
    const world: DiscoveryWorld = worldOf({
      discovered: 3,
      mayRead: 150,
      beforeRecord: () => {
        if (hasFailed || world.discovered < 7 || results.length < 500) return
        hasFailed = true
        throw new Error('planned failure')
      },
      onReturn: (splits) => {
        for (const split of splits) returned.add(split.splitId())
      },
    })
    const program = (): RecordedProgram => {
      const recorded = new RecordedProgram()
      const source = recorded.source('Source', { parallelism: 3 }, sourceOf(new DiscoveringSource(world)))
      const invoke = (value: unknown): void => {
        results.push(value as SplitRecord)
      }
      recorded.operator(source, 'Sink', { kind: 'sink', function: { invoke } }, { parallelism: 3 })
      return recorded
    }
    const slow = { ...CONFIGURATION, 'execution.checkpointing.interval': '1 h' }
    const master = await new MiniCluster().start({ program, configuration: slow, restore: undefined }, 3)
    await until(() => results.length === 450)
    world.discovered = 7
    world.mayRead = Number.POSITIVE_INFINITY
    await assertFinished(master)
    const attempts = master.details().vertices.flatMap(({ subtasks }) => subtasks.map((each) => each.attemptNumber))
    assert.deepEqual(attempts.toSorted(), [0, 0, 1])
    const readTwice = new Set<string>()
    const read = new Set<string>()
    for (const { split, sum } of results) {
      if (read.has(`${split}: ${String(sum)}`)) readTwice.add(split)
      read.add(`${split}: ${String(sum)}`)
    }
    assert.equal(read.size, 7 * 200)
    assert.ok(returned.size > 0 && returned.size < 7, [...returned].join())
    assert.deepEqual(
      [...readTwice].filter((split) => !returned.has(split)),
      [],
    )
  })

  it('finds splits while it runs, and goes on from a savepoint with more and with fewer readers', async () => {
    const cluster = new MiniCluster()
    const first = worldOf({ discovered: 3, mayRead: 50 })
    const results: SplitRecord[] = []
    const job = { configuration: CONFIGURATION, restore: undefined }
    const master = await cluster.start({ ...job, program: () => countingProgram(first, results, 2) }, 2)
    await until(() => results.length === 150)
    first.discovered = 5
    await until(() => results.length === 250 && first.completed.enumerator.size > 0)
    assert.ok(first.completed.readers.size > 0)
    const restore = await master.triggerSavepoint('file:///savepoints', 'cancel')
    assert.equal((await master.outcome).status, 'CANCELED')
    for (const parallelism of [3, 1]) {
      const second = worldOf({ discovered: 7 })
      const more: SplitRecord[] = []
      await assertFinished(
        await cluster.start({ ...job, restore, program: () => countingProgram(second, more, parallelism) }, 2),
      )
      assert.equal(more.length, 7 * 200 - 250)
      assertExactlyOnce(second, more)
    }
  })

  for (const failing of ['beforeRecord', 'beforeFetch', 'onDiscovery'] as const) {
    it(`loses no record and gives none twice when ${failing} throws`, async () => {
      let calls = 0
      const failure = { beforeRecord: 700, beforeFetch: 60, onDiscovery: 4 }[failing]
      const fail = (): void => {
        calls += 1
        if (calls === failure) throw new Error('planned failure')
      }
      const world = worldOf({ discovered: 3, [failing]: fail })
      const results: SplitRecord[] = []
      const job = {
        configuration: CONFIGURATION,
        restore: undefined,
        program: () => countingProgram(world, results, 2),
      }
      const master = await new MiniCluster().start(job, 2)
      await until(() => world.completed.readers.size > 0)
      world.discovered = 7
      await assertFinished(master)
      assert.equal(master.details().restarts, 1)
      assertExactlyOnce(world, results)
    })
  }
})
