import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import {
  BasePathBucketAssigner,
  CompressWriterFactory,
  ConcatFileCompactor,
  DefaultRollingPolicy,
  FileCompactStrategy,
  OnCheckpointRollingPolicy,
  OutputFileConfig,
  SimpleStringEncoder,
  StreamingFileSink,
  type BucketAssigner,
  type RollingPolicy,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { filesBelow, SinkFunctionRun } from './sink-function-run.js'

const byFirstLetter: BucketAssigner<string> = { getBucketId: (text) => text.slice(0, 1) }

function linesTo(
  bucketAssigner: BucketAssigner<string>,
  rollingPolicy: RollingPolicy<string, string> = DefaultRollingPolicy.builder().build(),
): () => StreamingFileSink<string> {
  return () =>
    StreamingFileSink.forRowFormat('/out', new SimpleStringEncoder<string>())
      .withNewBucketAssignerAndPolicy(bucketAssigner, rollingPolicy)
      .build()
}

const inOneBucket = linesTo(new BasePathBucketAssigner(), OnCheckpointRollingPolicy.build())

describe('StreamingFileSink', () => {
  it('gives part files names of subtask and number with the checkpoint that has them as whole', async () => {
    const files = new InMemoryFileSystem()
    const run = await new SinkFunctionRun(inOneBucket, files, { parallelism: 2 }).start()
    await run.write('a')
    await run.write('b', 1)
    await run.snapshot(1)
    const before = await filesBelow(files, '/out')
    assert.deepEqual(before, { whole: {}, others: ['.part-0-0.inprogress', '.part-1-0.inprogress'] })
    await run.write('c')
    await run.complete(1)
    assert.deepEqual((await filesBelow(files, '/out')).whole, { 'part-0-0': 'a\n', 'part-1-0': 'b\n' })
    await run.finish(2)
    const whole = { 'part-0-0': 'a\n', 'part-0-1': 'c\n', 'part-1-0': 'b\n' }
    assert.deepEqual(await filesBelow(files, '/out'), { whole, others: [] })
  })

  it('keeps what is whole for the next checkpoint where one does not complete', async () => {
    const files = new InMemoryFileSystem()
    const run = await new SinkFunctionRun(inOneBucket, files).start()
    for (const [index, line] of ['a', 'b', 'c'].entries()) {
      await run.write(line)
      await run.snapshot(index)
    }
    assert.deepEqual((await filesBelow(files, '/out')).whole, {})
    await run.complete(1)
    assert.deepEqual((await filesBelow(files, '/out')).whole, { 'part-0-0': 'a\n', 'part-0-1': 'b\n' })
    await run.finish(3)
  })

  it('commits with a restore what the checkpoint had as whole, and goes on with what was in progress', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(byFirstLetter, DefaultRollingPolicy.builder().withMaxPartSize(3).build())
    const first = await new SinkFunctionRun(sink, files).start()
    for (const line of ['a1', 'a2', 'a3', 'b1']) await first.write(line)
    const snapshot = await first.snapshot(1)
    for (const line of ['b2', 'lost', 'b3']) await first.write(line)
    files.crash()
    const second = await new SinkFunctionRun(sink, files, { seed: 2 }).start(snapshot)
    assert.deepEqual((await filesBelow(files, '/out')).whole, { 'a/part-0-0': 'a1\na2\n' })
    await second.write('b2')
    await second.finish(2)
    const whole = { 'a/part-0-0': 'a1\na2\n', 'a/part-0-1': 'a3\n', 'b/part-0-2': 'b1\nb2\n' }
    assert.deepEqual(await filesBelow(files, '/out'), { whole, others: [] })
  })

  it('goes on where somebody took a file that was committed before a crash, and not where one went before its commit', async () => {
    const files = new InMemoryFileSystem()
    const first = await new SinkFunctionRun(inOneBucket, files).start()
    await first.write('a')
    const snapshot = await first.snapshot(1)
    await first.complete(1)
    await files.delete('/out/part-0-0')
    const second = await new SinkFunctionRun(inOneBucket, files, { seed: 2 }).start(snapshot)
    await second.write('b')
    await second.finish(2)
    assert.deepEqual(await filesBelow(files, '/out'), { whole: { 'part-0-1': 'b\n' }, others: [] })
    const fresh = await new SinkFunctionRun(inOneBucket, files, { seed: 3 }).start()
    await fresh.write('c')
    await fresh.snapshot(1)
    await files.delete('/out')
    await assert.rejects(fresh.complete(1), (error) => FlinkError.is(error, 'FILE_LOST_RECORDS'))
  })

  it('counts on from the greatest number of all subtasks, whatever the parallelism is then', async () => {
    const files = new InMemoryFileSystem()
    const two = await new SinkFunctionRun(inOneBucket, files, { parallelism: 2 }).start()
    for (const checkpointId of [1, 2, 3]) {
      await two.write('of the first', checkpointId % 2)
      await two.snapshot(checkpointId)
      await two.complete(checkpointId)
    }
    const snapshot = await two.snapshot(4)
    const three = await new SinkFunctionRun(inOneBucket, files, { parallelism: 3, seed: 2 }).start(snapshot)
    for (const subtask of [0, 1, 2]) await three.write('of the second', subtask)
    await three.finish(5)
    const names = ['part-0-0', 'part-0-2', 'part-1-0', 'part-1-1', 'part-1-2', 'part-2-2']
    assert.deepEqual(Object.keys((await filesBelow(files, '/out')).whole).sort(), names)
  })

  it('writes over no file that came after the snapshot it goes on from', async () => {
    const files = new InMemoryFileSystem()
    const first = await new SinkFunctionRun(inOneBucket, files).start()
    await first.write('a')
    const snapshot = await first.snapshot(1)
    await first.complete(1)
    await first.write('b')
    await first.finish(2)
    const second = await new SinkFunctionRun(inOneBucket, files, { seed: 2, jobId: 'b'.repeat(32) }).start(snapshot)
    await second.write('c')
    await second.finish(2)
    const whole = { 'part-0-0': 'a\n', 'part-0-1': 'b\n', 'part-0-2': 'c\n' }
    assert.deepEqual(await filesBelow(files, '/out'), { whole, others: [] })
  })

  it('writes over no file that is there when a job begins without a snapshot', async () => {
    const files = new InMemoryFileSystem()
    for (const text of ['of the first', 'of the second']) {
      const run = await new SinkFunctionRun(linesTo(byFirstLetter), files).start()
      await run.write(text)
      await run.finish(1)
    }
    const dead = await new SinkFunctionRun(linesTo(byFirstLetter), files).start()
    await dead.write('of one that died')
    const run = await new SinkFunctionRun(linesTo(byFirstLetter), files, { seed: 2 }).start()
    await run.write('of the last')
    await run.finish(1)
    assert.deepEqual(await filesBelow(files, '/out'), {
      whole: { 'o/part-0-0': 'of the first\n', 'o/part-0-1': 'of the second\n', 'o/part-0-3': 'of the last\n' },
      others: ['o/.part-0-2.inprogress'],
    })
  })

  it('counts on from no number that a next one would be the same as', async () => {
    const files = new InMemoryFileSystem()
    await files.mkdirs('/out')
    await (await files.openForWrite('/out/part-0-9007199254740993')).close()
    const run = await new SinkFunctionRun(inOneBucket, files).start()
    for (const checkpointId of [1, 2]) {
      await run.write('a')
      await run.snapshot(checkpointId)
    }
    await run.finish(3)
    const names = ['part-0-0', 'part-0-1', 'part-0-9007199254740993']
    assert.deepEqual(Object.keys((await filesBelow(files, '/out')).whole).sort(), names)
  })

  it('removes what attempts of the same job left after the checkpoint, and nothing else', async () => {
    const files = new InMemoryFileSystem()
    const sink = linesTo(byFirstLetter)
    const first = await new SinkFunctionRun(sink, files, { parallelism: 2 }).start()
    await first.write('a')
    const snapshot = await first.snapshot(1)
    await first.write('b, lost', 1)
    await files.mkdirs('/out/d')
    await (await files.openForWrite('/out/d/.other-0-7.inprogress.00000000-0000-0000-0000-000000000000')).close()
    const another = await new SinkFunctionRun(sink, files, { seed: 2, jobId: 'b'.repeat(32) }).start(snapshot)
    assert.equal((await filesBelow(files, '/out')).others.length, 3)
    await another.close()
    const second = await new SinkFunctionRun(sink, files, { seed: 3 }).start(snapshot)
    await second.write('b')
    await second.finish(2)
    assert.deepEqual(await filesBelow(files, '/out'), {
      whole: { 'a/part-0-0': 'a\n', 'b/part-0-1': 'b\n' },
      others: ['d/.other-0-7.inprogress'],
    })
  })

  it('removes, when it is closed, what no checkpoint has, where there is one to go back to', async () => {
    const files = new InMemoryFileSystem()
    const first = await new SinkFunctionRun(linesTo(byFirstLetter), files).start()
    await first.write('a')
    await first.close()
    const second = await new SinkFunctionRun(linesTo(byFirstLetter), files, { seed: 2 }).start()
    await second.write('b')
    await second.snapshot(1)
    await second.write('c')
    await second.close()
    const others = ['a/.part-0-0.inprogress', 'b/.part-0-1.inprogress']
    assert.deepEqual((await filesBelow(files, '/out')).others, others)
  })

  it('ends a part file that is old when it looks at the clock, until the input ends', async () => {
    const files = new InMemoryFileSystem()
    const make = (): StreamingFileSink<string> =>
      StreamingFileSink.forRowFormat('/out', new SimpleStringEncoder<string>())
        .withBucketAssigner(new BasePathBucketAssigner())
        .withRollingPolicy(DefaultRollingPolicy.builder().withRolloverInterval(1000).build())
        .withBucketCheckInterval(100)
        .withOutputFileConfig(OutputFileConfig.builder().withPartPrefix('visits').withPartSuffix('.txt').build())
        .build()
    const run = await new SinkFunctionRun(make, files).start()
    await run.write('a')
    await run.advance(999)
    await run.write('b')
    await run.advance(1)
    await run.write('c')
    await run.snapshot(1)
    await run.complete(1)
    assert.deepEqual((await filesBelow(files, '/out')).whole, { 'visits-0-0.txt': 'a\nb\n' })
    await run.finish(2)
    await run.advance(10_000)
    assert.deepEqual((await filesBelow(files, '/out')).whole, { 'visits-0-0.txt': 'a\nb\n', 'visits-0-1.txt': 'c\n' })
  })

  it('has one bucket an hour where nothing else is said', async () => {
    const files = new InMemoryFileSystem()
    const make = (): StreamingFileSink<string> =>
      StreamingFileSink.forRowFormat('/out', new SimpleStringEncoder<string>()).build()
    const run = await new SinkFunctionRun(make, files).start()
    await run.write('a')
    await run.finish(1)
    assert.match(Object.keys((await filesBelow(files, '/out')).whole).join(), /^2026-11-(29|30|31)--\d\d\/part-0-0$/)
  })

  it('writes bulk formats, whose part files end with each checkpoint', async () => {
    const files = new InMemoryFileSystem()
    const make = (): StreamingFileSink<string> =>
      StreamingFileSink.forBulkFormat('/out', new CompressWriterFactory(new SimpleStringEncoder<string>()))
        .withNewBucketAssigner(new BasePathBucketAssigner())
        .build()
    const first = await new SinkFunctionRun(make, files).start()
    await first.write('kept')
    const snapshot = await first.snapshot(1)
    await first.write('lost')
    const second = await new SinkFunctionRun(make, files, { seed: 2 }).start(snapshot)
    await second.write('again')
    await second.finish(2)
    const names = ['part-0-0', 'part-0-1'].map((name) => `/out/${name}`)
    const texts = await Promise.all(names.map(async (name) => gunzipSync(await files.readFile(name)).toString()))
    assert.deepEqual(texts, ['kept\n', 'again\n'])
    assert.deepEqual((await filesBelow(files, '/out')).others, [])
  })

  it('refuses arguments that are something else', () => {
    const encoder = new SimpleStringEncoder<string>()
    const builder = StreamingFileSink.forRowFormat('/out', encoder)
    const wrong = {} as never
    const strategy = FileCompactStrategy.Builder.newBuilder().setSizeThreshold(1).build()
    for (const call of [
      () => StreamingFileSink.forRowFormat(' ', encoder),
      () => StreamingFileSink.forRowFormat(wrong, encoder),
      () => StreamingFileSink.forRowFormat('/out', wrong),
      () => builder.withBucketAssigner(wrong),
      () => builder.withRollingPolicy(wrong),
      () => builder.withBucketCheckInterval(0),
      () => builder.withOutputFileConfig(wrong),
      () => StreamingFileSink.forBulkFormat('/out', wrong),
      () => StreamingFileSink.forBulkFormat('/out', new CompressWriterFactory(encoder)).withRollingPolicy(wrong),
      () => builder.enableCompact(strategy, new ConcatFileCompactor()).build(),
    ]) {
      assert.throws(call, (error) => FlinkError.is(error, 'GRAPH_INVALID') && /StreamingFileSink/.test(error.message))
    }
  })
})
