/** FileSink: part files from in progress to finished, over crashes, restarts and other parallelisms. Facts of Flink's FileWriterTest among them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import {
  BasePathBucketAssigner,
  ConcatFileCompactor,
  DefaultRollingPolicy,
  FileCompactStrategy,
  FileSink,
  OnCheckpointRollingPolicy,
  OutputFileConfig,
  SimpleStringEncoder,
  type BucketAssigner,
  type RollingPolicy,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { CompactionStage } from './compaction-stage.js'
import { FileSinkRun, type FileSinkSnapshot } from './file-sink-run.js'
import { linesByBucket, outputOf } from './output-of.js'

const PART = /^part-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d+$/
const byFirstLetter: BucketAssigner<string> = { getBucketId: (text) => text.slice(0, 1) }

function linesTo(
  bucketAssigner: BucketAssigner<string>,
  rollingPolicy: RollingPolicy<string, string> = DefaultRollingPolicy.builder().build(),
): FileSink<string> {
  return FileSink.forRowFormat('/out', new SimpleStringEncoder<string>())
    .withBucketAssigner(bucketAssigner)
    .withRollingPolicy(rollingPolicy)
    .build()
}

describe('FileSink', () => {
  it('gives a part file its name with the checkpoint after which it is whole', async () => {
    const files = new InMemoryFileSystem()
    const run = await new FileSinkRun(
      linesTo(new BasePathBucketAssigner(), OnCheckpointRollingPolicy.build()),
      files,
    ).start()
    await run.write('a')
    await run.write('b')
    await run.snapshot(1)
    const { finished, hidden } = await outputOf(files, '/out')
    assert.deepEqual(finished, {})
    assert.match(hidden.join(), /^\.part-[0-9a-f-]+-0\.inprogress\.[0-9a-f-]+$/)
    await run.write('c')
    await run.complete(1)
    const [first, ...others] = Object.entries((await outputOf(files, '/out')).finished)
    assert.match(first?.[0] ?? '', PART)
    assert.equal(first?.[1], 'a\nb\n')
    assert.deepEqual(others, [])
    await run.finish(2)
    const after = await outputOf(files, '/out')
    assert.deepEqual(Object.values(after.finished), ['a\nb\n', 'c\n'])
    assert.deepEqual(after.hidden, [])
  })

  it('goes on with a part file over checkpoints until the policy ends it', async () => {
    const files = new InMemoryFileSystem()
    const policy = DefaultRollingPolicy.builder().withMaxPartSize(10).build<string, string>()
    const run = await new FileSinkRun(linesTo(new BasePathBucketAssigner(), policy), files).start()
    for (const [index, line] of ['12345', '67890', 'ä', 'last'].entries()) {
      await run.write(line)
      await run.snapshot(index)
      await run.complete(index)
    }
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['12345\n67890\n'])
    await run.finish(9)
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['12345\n67890\n', 'ä\nlast\n'])
  })

  it('ends a part file that is old, or that nothing was written to, when it looks at the clock', async () => {
    const files = new InMemoryFileSystem()
    const policy = DefaultRollingPolicy.builder()
      .withRolloverInterval(1000)
      .withInactivityInterval(300)
      .build<string, string>()
    const sink = FileSink.forRowFormat('/out', new SimpleStringEncoder<string>())
      .withBucketAssigner(byFirstLetter)
      .withRollingPolicy(policy)
      .withBucketCheckInterval(100)
      .build()
    const run = await new FileSinkRun(sink, files).start()
    await run.write('idle')
    for (let at = 0; at < 1100; at += 100) {
      await run.write('busy')
      await run.advance(100)
    }
    await run.write('idle again')
    await run.snapshot(1)
    await run.complete(1)
    const { finished } = await outputOf(files, '/out')
    assert.deepEqual(linesByBucket(finished), { b: Array.from({ length: 10 }, () => 'busy'), i: ['idle'] })
    await run.finish(2)
  })

  it('has one bucket an hour where nothing else is said, in the zone of the machine', async () => {
    const files = new InMemoryFileSystem()
    const sink = FileSink.forRowFormat('/out', new SimpleStringEncoder<string>()).build()
    const run = await new FileSinkRun(sink, files).start()
    await run.write('a')
    await run.advance(3_600_000)
    await run.write('b')
    await run.finish(1)
    const buckets = linesByBucket((await outputOf(files, '/out')).finished)
    assert.equal(Object.keys(buckets).length, 2)
    for (const bucket of Object.keys(buckets)) assert.match(bucket, /^2026-11-(29|30|31)--\d\d$/)
  })

  it('names part files by prefix and suffix', async () => {
    const files = new InMemoryFileSystem()
    const config = OutputFileConfig.builder().withPartPrefix('visits').withPartSuffix('.txt').build()
    const sink = FileSink.forRowFormat('/out', new SimpleStringEncoder<string>())
      .withBucketAssigner(byFirstLetter)
      .withOutputFileConfig(config)
      .build()
    const run = await new FileSinkRun(sink, files).start()
    await run.write('a')
    await run.finish(1)
    assert.match(Object.keys((await outputOf(files, '/out')).finished).join(), /^a\/visits-[0-9a-f-]{36}-0\.txt$/)
  })

  it('cuts a part in progress off to what the checkpoint knows, and goes on with it', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(new BasePathBucketAssigner())
    const first = await new FileSinkRun(sink, files).start()
    await first.write('kept')
    const snapshot = await first.snapshot(1)
    await first.write('lost '.repeat(30_000))
    await first.snapshot(2)
    files.crash()
    const second = await new FileSinkRun(sink, files, { seed: 2 }).start(snapshot)
    await second.write('new')
    await second.finish(3)
    const { finished, hidden } = await outputOf(files, '/out')
    assert.deepEqual(Object.values(finished), ['kept\nnew\n'])
    assert.deepEqual(hidden, [])
  })

  it('merges buckets of several subtasks, and loses none where there are more', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(byFirstLetter)
    const two = await new FileSinkRun(sink, files, { parallelism: 2 }).start()
    for (const [index, line] of ['a0', 'a1', 'b0', 'b1', 'c0'].entries()) await two.write(line, { subtask: index % 2 })
    const ofTwo = await two.snapshot(1)
    const one = await new FileSinkRun(sink, files, { seed: 2 }).start(ofTwo)
    await one.write('a2')
    const ofOne = await one.snapshot(2)
    await one.complete(2)
    const three = await new FileSinkRun(sink, files, { seed: 3, parallelism: 3 }).start(ofOne)
    for (const subtask of [0, 1, 2]) await three.write(`b${subtask + 2}`, { subtask })
    await three.finish(3)
    const { finished, hidden } = await outputOf(files, '/out')
    assert.deepEqual(linesByBucket(finished), { a: ['a0', 'a1', 'a2'], b: ['b0', 'b1', 'b2', 'b3', 'b4'], c: ['c0'] })
    assert.deepEqual(hidden, [])
  })

  it('commits again what was committed before a crash', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(byFirstLetter, OnCheckpointRollingPolicy.build())
    const first = await new FileSinkRun(sink, files).start()
    await first.write('a')
    const snapshot = await first.snapshot(1)
    await first.complete(1)
    const second = await new FileSinkRun(sink, files, { seed: 2 }).start(snapshot)
    await second.finish(2)
    assert.deepEqual(linesByBucket((await outputOf(files, '/out')).finished), { a: ['a'] })
  })

  it('goes on where somebody took a file that was committed before a crash, and not where one went before its commit', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(byFirstLetter, OnCheckpointRollingPolicy.build())
    const first = await new FileSinkRun(sink, files).start()
    await first.write('a')
    const snapshot = await first.snapshot(1)
    await first.complete(1)
    await files.delete('/out/a')
    const second = new FileSinkRun(sink, files, { seed: 2 })
    await second.start(snapshot)
    assert.equal(second.numAlreadyCommitted, 1)
    await second.write('b')
    await second.finish(2)
    assert.deepEqual(linesByBucket((await outputOf(files, '/out')).finished), { b: ['b'] })
    const fresh = await new FileSinkRun(sink, files, { seed: 3 }).start()
    await fresh.write('c')
    await fresh.snapshot(1)
    await files.delete('/out/c')
    await assert.rejects(fresh.complete(1), (error) => FlinkError.is(error, 'FILE_LOST_RECORDS'))
  })

  it('removes what attempts of the same job left after the checkpoint, and nothing else', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(byFirstLetter)
    const first = await new FileSinkRun(sink, files).start()
    await first.write('a')
    const snapshot = await first.snapshot(1)
    const others = await new FileSinkRun(sink, files, { seed: 9, jobId: 'b'.repeat(32) }).start()
    await others.write('d of another job')
    await first.write('b, lost')
    // Killed, and again before its first checkpoint.
    const second = await new FileSinkRun(sink, files, { seed: 2 }).start(snapshot)
    await second.write('c, lost')
    assert.equal((await outputOf(files, '/out')).hidden.length, 3)
    const third = await new FileSinkRun(sink, files, { seed: 3 }).start(snapshot)
    assert.equal((await outputOf(files, '/out')).hidden.length, 2)
    await third.write('b')
    await third.finish(2)
    await others.finish(2)
    const { finished, hidden } = await outputOf(files, '/out')
    assert.deepEqual(linesByBucket(finished), { a: ['a'], b: ['b'], d: ['d of another job'] })
    assert.deepEqual(hidden, [])
  })

  it('removes, when it is closed, what no checkpoint has, where there is one to go back to', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(byFirstLetter)
    const first = await new FileSinkRun(sink, files).start()
    await first.write('a')
    await first.close()
    assert.equal((await outputOf(files, '/out')).hidden.length, 1)
    const second = await new FileSinkRun(sink, files, { seed: 2 }).start()
    await second.write('b')
    await second.snapshot(1)
    await second.write('c')
    await second.close()
    assert.deepEqual(
      (await outputOf(files, '/out')).hidden.map((name) => name.slice(0, 1)),
      ['a', 'b'],
    )
  })

  it('leaves no file open where it cannot be restored', async () => {
    const files = new InMemoryFileSystem()
    const run = await new FileSinkRun(linesTo(byFirstLetter), files, { parallelism: 2 }).start()
    for (const [index, text] of ['a', 'b', 'c', 'a', 'b'].entries())
      await run.write(text, { subtask: index < 3 ? 0 : 1 })
    const snapshot = await run.snapshot(1)
    await run.close()
    for (let failing = 1; ; failing += 1) {
      let operations = 0
      const open = new Set<string>()
      files.fault = (operation, file) => {
        if (operation === 'close') open.delete(file)
        else if ((operations += 1) === failing) throw new FlinkError('DISK_FULL', { path: file })
        else if (operation === 'continue') open.add(file)
      }
      const again = new FileSinkRun(linesTo(byFirstLetter), files, { seed: failing + 1 })
      const failure = await again.start(snapshot).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (failure === undefined) break
      assert.equal(open.size, 0, `open files after operation ${String(failing)} of ${String(operations)}`)
    }
  })

  it('closes its other files where it cannot close one', async () => {
    const files = new InMemoryFileSystem()
    const run = await new FileSinkRun(linesTo(byFirstLetter), files).start()
    for (const text of ['a', 'b', 'c']) await run.write(text)
    const closed: string[] = []
    files.fault = (operation, file) => {
      if (operation !== 'close') return
      closed.push(file)
      if (closed.length === 1) throw new FlinkError('DISK_FULL', { path: file })
    }
    await assert.rejects(run.close(), (error) => FlinkError.is(error, 'DISK_FULL'))
    assert.equal(closed.length, 3)
  })

  it('refuses a bucket that is not below its path', async () => {
    const run = await new FileSinkRun(linesTo({ getBucketId: (id) => id }), new InMemoryFileSystem()).start()
    for (const id of ['../b', 'a/../../b', 'a\0']) {
      await assert.rejects(run.write(id), (error) => FlinkError.is(error, 'BUCKET_INVALID'), id)
    }
    const none = await new FileSinkRun(
      linesTo({ getBucketId: () => undefined as unknown as string }),
      new InMemoryFileSystem(),
    ).start()
    await assert.rejects(none.write('a'), (error) => FlinkError.is(error, 'BUCKET_INVALID'))
    const ids: readonly unknown[] = [Promise.resolve('a'), { name: 'a' }, Object.create(null), () => 'a', Symbol('a')]
    for (const id of ids) {
      const odd = await new FileSinkRun(linesTo({ getBucketId: () => id as string }), new InMemoryFileSystem()).start()
      await assert.rejects(odd.write('a'), (error) => FlinkError.is(error, 'BUCKET_INVALID'))
    }
    await run.close()
  })

  it('takes the text of a bucket that is none', async () => {
    const files = new InMemoryFileSystem()
    const byLength: BucketAssigner<string> = { getBucketId: ({ length }) => length as unknown as string }
    const first = await new FileSinkRun(linesTo(byLength), files).start()
    for (const text of ['a', 'bb']) await first.write(text)
    const second = await new FileSinkRun(linesTo(byLength), files, { seed: 2 }).start(await first.snapshot(1))
    await second.write('c')
    await second.finish(2)
    assert.deepEqual(linesByBucket((await outputOf(files, '/out')).finished), { 1: ['a', 'c'], 2: ['bb'] })
  })
})

class Crash extends Error {}

/** A job of one record after the other, with a checkpoint after every few; it goes back to the newest complete one. */
interface Plan {
  readonly records: readonly string[]
  readonly checkpointEvery: number
  readonly parallelisms: readonly number[]
  readonly crashes: readonly number[]
  readonly policy: 'checkpoint' | 'size' | 'never'
  readonly compaction: keyof typeof STRATEGIES
}

const STRATEGIES = {
  none: undefined,
  each: FileCompactStrategy.Builder.newBuilder().enableCompactionOnCheckpoint(1).setNumCompactThreads(2).build(),
  second: FileCompactStrategy.Builder.newBuilder().enableCompactionOnCheckpoint(2).build(),
  size: FileCompactStrategy.Builder.newBuilder().setSizeThreshold(8).build(),
}

const plans: fc.Arbitrary<Plan> = fc.record({
  records: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 }),
  checkpointEvery: fc.integer({ min: 1, max: 4 }),
  parallelisms: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  crashes: fc.array(fc.nat(80), { maxLength: 4 }),
  policy: fc.constantFrom('checkpoint', 'size', 'never'),
  compaction: fc.constantFrom('none', 'each', 'second', 'size'),
})

const POLICIES = {
  checkpoint: OnCheckpointRollingPolicy.build<string, string>(),
  size: DefaultRollingPolicy.builder().withMaxPartSize(5).build<string, string>(),
  never: DefaultRollingPolicy.builder().build<string, string>(),
}

interface Complete {
  readonly snapshot: FileSinkSnapshot
  readonly position: number
}

async function attempt(
  run: FileSinkRun<string>,
  plan: Plan,
  parallelism: number,
  from: Complete | undefined,
  completed: (complete: Complete) => void,
): Promise<void> {
  await run.start(from?.snapshot)
  let checkpointId = from?.snapshot.checkpointId ?? 0
  for (let position = from?.position ?? 0; position < plan.records.length; position += 1) {
    await run.write(`${plan.records[position] ?? ''}${position}`, { subtask: position % parallelism })
    if (position % plan.checkpointEvery !== 0) continue
    checkpointId += 1
    const snapshot = await run.snapshot(checkpointId)
    completed({ snapshot, position: position + 1 })
    await run.complete(checkpointId)
  }
  checkpointId += 1
  completed({ snapshot: await run.lastSnapshot(checkpointId), position: plan.records.length })
  await run.complete(checkpointId)
  await run.close()
}

it('every record is in one whole file of its bucket once, wherever the machine crashes and whatever the parallelism', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const files = new InMemoryFileSystem()
      const sink = linesTo(byFirstLetter, POLICIES[plan.policy])
      let from: Complete | undefined
      for (const [index, point] of [...plan.crashes, Number.POSITIVE_INFINITY].entries()) {
        let operations = 0
        let hasCrashed = false as boolean
        files.fault = () => {
          operations += 1
          hasCrashed ||= operations > point
          if (hasCrashed) throw new Crash()
        }
        const parallelism = plan.parallelisms[index % plan.parallelisms.length] ?? 1
        const strategy = STRATEGIES[plan.compaction]
        const stage = { strategy, compactor: new ConcatFileCompactor() }
        const compaction = strategy === undefined ? undefined : new CompactionStage(files, { ...stage, strategy })
        const run = new FileSinkRun(sink, files, { parallelism, seed: index, ...(compaction && { compaction }) })
        try {
          await attempt(run, plan, parallelism, from, (complete) => (from = complete))
          break
        } catch (error) {
          if (!hasCrashed) throw error
        }
        // What the dead attempt had begun beside what failed comes to nothing.
        for (let turns = 0; turns < 3; turns += 1) await setImmediate()
        files.fault = () => undefined
        files.crash()
      }
      files.fault = () => undefined
      files.crash()
      const expected: Record<string, string[]> = {}
      for (const [index, bucket] of plan.records.entries()) {
        expected[bucket] = [...(expected[bucket] ?? []), `${bucket}${index}`].sort()
      }
      const { finished, hidden } = await outputOf(files, '/out')
      assert.deepEqual(linesByBucket(finished), expected)
      if (plan.crashes.length === 0) assert.deepEqual(hidden, [])
    }),
    { numRuns: 200 },
  )
})
