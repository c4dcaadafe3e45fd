/** Sink functions of files on a disk that crashes at any of its operations: each record is in one whole file once. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import {
  BucketingSink,
  DefaultRollingPolicy,
  OnCheckpointRollingPolicy,
  SimpleStringEncoder,
  StreamingFileSink,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import type { BucketsSinkFunction } from '../../../../src/connectors/filesystem/sink/buckets-sink-function.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { rounds } from '../../../runner/rounds.js'
import { filesBelow, SinkFunctionRun, type SinkFunctionSnapshot } from './sink-function-run.js'

class Crash extends Error {}

const bucketOf = (text: string): string => text.slice(0, 1)

function streaming(policy: 'checkpoint' | 'size'): () => StreamingFileSink<string> {
  const rolling =
    policy === 'size'
      ? DefaultRollingPolicy.builder().withMaxPartSize(5).build<string, string>()
      : OnCheckpointRollingPolicy.build<string, string>()
  const builder = StreamingFileSink.forRowFormat('/out', new SimpleStringEncoder<string>())
  return () => builder.withBucketAssigner({ getBucketId: bucketOf }).withRollingPolicy(rolling).build()
}

function bucketing(batchSize: number): () => BucketingSink<string> {
  return () =>
    new BucketingSink<string>('/out')
      .setBucketer({ getBucketPath: (_clock, basePath, text) => `${basePath}/${bucketOf(text)}` })
      .setBatchSize(batchSize)
}

const SINKS: Readonly<Record<string, () => BucketsSinkFunction<string>>> = {
  'StreamingFileSink, parts that end with checkpoints': streaming('checkpoint'),
  'StreamingFileSink, small parts': streaming('size'),
  'BucketingSink, large parts': bucketing(1000),
  'BucketingSink, small parts': bucketing(5),
}

/** A job of one record after the other, with a checkpoint after every few, of which some do not complete. */
interface Plan {
  readonly records: readonly string[]
  readonly checkpointEvery: number
  readonly completeEvery: number
  readonly parallelisms: readonly number[]
  readonly crashes: readonly number[]
}

const plans: fc.Arbitrary<Plan> = fc.record({
  records: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 }),
  checkpointEvery: fc.integer({ min: 1, max: 4 }),
  completeEvery: fc.integer({ min: 1, max: 2 }),
  parallelisms: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  crashes: fc.array(fc.nat(90), { maxLength: 4 }),
})

interface Complete {
  readonly snapshot: SinkFunctionSnapshot
  readonly position: number
}

async function attempt(
  run: SinkFunctionRun<string>,
  { records, checkpointEvery, completeEvery }: Plan,
  parallelism: number,
  from: Complete | undefined,
  completed: (complete: Complete) => void,
): Promise<void> {
  await run.start(from?.snapshot)
  let checkpointId = from?.snapshot.checkpointId ?? 0
  for (let position = from?.position ?? 0; position < records.length; position += 1) {
    await run.write(`${records[position] ?? ''}${String(position)}`, position % parallelism)
    if (position % checkpointEvery !== 0) continue
    checkpointId += 1
    const snapshot = await run.snapshot(checkpointId)
    if (checkpointId % completeEvery !== 0) continue
    completed({ snapshot, position: position + 1 })
    await run.complete(checkpointId)
  }
  await run.end()
  checkpointId += 1
  completed({ snapshot: await run.snapshot(checkpointId), position: records.length })
  await run.complete(checkpointId)
  await run.close()
}

async function linesOf(files: InMemoryFileSystem): Promise<string[]> {
  const { whole } = await filesBelow(files, '/out')
  return Object.entries(whole).flatMap(([name, text]) => {
    const lines = text.split('\n').slice(0, -1)
    assert.ok(
      lines.every((line) => name.startsWith(`${bucketOf(line)}/`)),
      name,
    )
    return lines
  })
}

for (const [name, make] of Object.entries(SINKS)) {
  it(`${name}: every record is in one whole file once, wherever the machine crashes and whatever the parallelism`, async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const files = new InMemoryFileSystem()
        let from: Complete | undefined
        for (const [index, point] of [...plan.crashes, Number.POSITIVE_INFINITY].entries()) {
          let operations = 0
          files.fault = () => {
            operations += 1
            if (operations > point) throw new Crash()
          }
          const parallelism = plan.parallelisms[index % plan.parallelisms.length] ?? 1
          const run = new SinkFunctionRun(make, files, { parallelism, seed: index })
          try {
            await attempt(run, plan, parallelism, from, (complete) => (from = complete))
            break
          } catch (error) {
            if (!(error instanceof Crash)) throw error
          }
          // What the dead attempt had begun beside what failed comes to nothing.
          for (let turns = 0; turns < 3; turns += 1) await setImmediate()
          files.fault = () => undefined
          files.crash()
        }
        files.fault = () => undefined
        files.crash()
        const expected = plan.records.map((bucket, index) => `${bucket}${String(index)}`)
        assert.deepEqual((await linesOf(files)).sort(), expected.sort())
      }),
      { numRuns: rounds(25) },
    )
  })
}
