import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Time } from '../../../../src/api/eventtime/time.js'
import {
  BasePathBucketer,
  BucketingSink,
  DateTimeBucketer,
  StringWriter,
  type Bucketer,
  type EncoderStream,
  type Writer,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { filesBelow, SinkFunctionRun } from './sink-function-run.js'

const byFirstLetter: Bucketer<string> = { getBucketPath: (_clock, basePath, text) => `${basePath}/${text.slice(0, 1)}` }

const inBasePath = (): BucketingSink<string> => new BucketingSink<string>('/out').setBucketer(new BasePathBucketer())

/** Lines with how many of them there are before and after. */
class Framed implements Writer<string> {
  #stream: EncoderStream | undefined
  #kept = ''
  open(stream: EncoderStream): void {
    this.#stream = stream
    stream.write('begin\n')
  }
  write(line: string): void {
    this.#kept += `${line}\n`
  }
  flush(): void {
    this.#stream?.write(this.#kept)
    this.#kept = ''
  }
  close(): void {
    this.#stream?.write('end\n')
  }
  duplicate(): Framed {
    return new Framed()
  }
}

describe('BucketingSink', () => {
  it('calls a file in progress, then pending, then by its name', async () => {
    const files = new InMemoryFileSystem()
    const run = await new SinkFunctionRun(() => inBasePath().setBatchSize(3), files).start()
    await run.write('one')
    assert.deepEqual(await filesBelow(files, '/out'), { whole: {}, others: ['_part-0-0.in-progress'] })
    await run.write('two')
    assert.deepEqual((await filesBelow(files, '/out')).others, ['_part-0-0.pending', '_part-0-1.in-progress'])
    await run.snapshot(1)
    await run.write('three')
    await run.complete(1)
    const others = ['_part-0-1.pending', '_part-0-2.in-progress']
    assert.deepEqual(await filesBelow(files, '/out'), { whole: { 'part-0-0': 'one\n' }, others })
    await run.finish(2)
    const whole = { 'part-0-0': 'one\n', 'part-0-1': 'two\n', 'part-0-2': 'three\n' }
    assert.deepEqual(await filesBelow(files, '/out'), { whole, others: [] })
  })

  it('names files as it is told', async () => {
    const files = new InMemoryFileSystem()
    const make = (): BucketingSink<string> =>
      inBasePath()
        .setBatchSize(1)
        .setPartPrefix('visits')
        .setPartSuffix('.txt')
        .setInProgressPrefix('.')
        .setInProgressSuffix('.open')
        .setPendingPrefix('_')
        .setPendingSuffix('.closed')
        .setValidLengthPrefix('_')
        .setValidLengthSuffix('.length')
        .setUseTruncate(true)
    const run = await new SinkFunctionRun(make, files, { parallelism: 2 }).start()
    for (const text of ['a', 'b', 'c']) await run.write(text, 1)
    await run.snapshot(1)
    const others = ['.visits-1-2.txt.open', '_visits-1-0.txt.closed', '_visits-1-1.txt.closed']
    assert.deepEqual((await filesBelow(files, '/out')).others, others)
    await run.complete(1)
    const whole = { 'visits-1-0.txt': 'a\n', 'visits-1-1.txt': 'b\n' }
    assert.deepEqual((await filesBelow(files, '/out')).whole, whole)
  })

  it('counts the files of each directory by themselves, and skips what is there', async () => {
    const files = new InMemoryFileSystem()
    await files.mkdirs('/out/b')
    for (const name of ['part-0-0', '_part-0-1.pending', '_part-0-2.in-progress', 'part-0-4']) {
      await (await files.openForWrite(`/out/b/${name}`)).close()
    }
    const make = (): BucketingSink<string> =>
      new BucketingSink<string>('/out').setBucketer(byFirstLetter).setBatchSize(1)
    const run = await new SinkFunctionRun(make, files).start()
    for (const text of ['a1', 'b1', 'a2', 'b2']) await run.write(text)
    await run.finish(1)
    const { whole } = await filesBelow(files, '/out')
    const written = Object.fromEntries(Object.entries(whole).filter(([, text]) => text !== ''))
    assert.deepEqual(written, {
      'a/part-0-0': 'a1\n',
      'a/part-0-1': 'a2\n',
      'b/part-0-3': 'b1\n',
      'b/part-0-5': 'b2\n',
    })
  })

  it('ends after a failure where the checkpoint knows it to end, be it in progress, pending or whole by then', async () => {
    const files = new InMemoryFileSystem()
    const make = (): BucketingSink<string> =>
      new BucketingSink<string>('/out').setBucketer(byFirstLetter).setBatchSize(5)
    const first = await new SinkFunctionRun(make, files).start()
    for (const text of ['a kept', 'b kept']) await first.write(text)
    const snapshot = await first.snapshot(1)
    for (const text of ['a lost', 'c lost']) await first.write(text)
    const second = await new SinkFunctionRun(make, files, { seed: 2 }).start(snapshot)
    for (const text of ['a again', 'c again']) await second.write(text)
    await second.finish(2)
    assert.deepEqual((await filesBelow(files, '/out')).whole, {
      'a/part-0-0': 'a kept\n',
      'a/part-0-2': 'a again\n',
      'b/part-0-0': 'b kept\n',
      'c/part-0-1': 'c again\n',
    })
    const third = await new SinkFunctionRun(make, files, { seed: 3 }).start(snapshot)
    await third.snapshot(3)
    await third.complete(3)
    assert.equal((await filesBelow(files, '/out')).whole['a/part-0-0'], 'a kept\n')
    await files.delete('/out')
    const taken = await new SinkFunctionRun(make, files, { seed: 4 }).start(snapshot)
    await taken.write('a new')
    await taken.finish(4)
    assert.deepEqual((await filesBelow(files, '/out')).whole, { 'a/part-0-1': 'a new\n' })
  })

  it('gives no file the name of one that its snapshot has, also where somebody took that: the next attempt would take it for the same', async () => {
    const files = new InMemoryFileSystem()
    const make = (): BucketingSink<string> => inBasePath().setBatchSize(1)
    const first = await new SinkFunctionRun(make, files).start()
    for (const text of ['a', 'b']) await first.write(text)
    const snapshot = await first.snapshot(1)
    await first.complete(1)
    await files.delete('/out/part-0-0')
    // Killed, and again before its first checkpoint.
    const second = await new SinkFunctionRun(make, files, { seed: 2 }).start(snapshot)
    for (const text of ['c, and more', 'd']) await second.write(text)
    const third = await new SinkFunctionRun(make, files, { seed: 3 }).start(snapshot)
    for (const text of ['c, and more', 'd']) await third.write(text)
    await third.finish(2)
    assert.deepEqual(Object.values((await filesBelow(files, '/out')).whole).sort(), ['b\n', 'c, and more\n', 'd\n'])
  })

  it('ends part files that are old before the next record, and those without records by the clock', async () => {
    const files = new InMemoryFileSystem()
    const make = (): BucketingSink<string> =>
      new BucketingSink<string>('/out')
        .setBucketer(byFirstLetter)
        .setBatchRolloverInterval(Time.seconds(3))
        .setInactiveBucketCheckInterval(1000)
        .setInactiveBucketThreshold(2000)
    const run = await new SinkFunctionRun(make, files).start()
    for (const text of ['a1', 'b1']) await run.write(text)
    for (let second = 0; second < 3; second += 1) {
      await run.advance(1000)
      await run.write('a')
    }
    assert.deepEqual((await filesBelow(files, '/out')).others, ['a/_part-0-0.in-progress', 'b/_part-0-0.pending'])
    await run.advance(500)
    await run.write('a2')
    assert.deepEqual((await filesBelow(files, '/out')).others, [
      'a/_part-0-0.pending',
      'a/_part-0-1.in-progress',
      'b/_part-0-0.pending',
    ])
  })

  it('shows files without checkpoints where pending ones have no prefix and suffix', async () => {
    const files = new InMemoryFileSystem()
    const make = (): BucketingSink<string> => inBasePath().setPendingPrefix('').setPendingSuffix('').setBatchSize(1)
    const run = await new SinkFunctionRun(make, files).start()
    for (const text of ['a', 'b']) await run.write(text)
    const others = ['_part-0-1.in-progress']
    assert.deepEqual(await filesBelow(files, '/out'), { whole: { 'part-0-0': 'a\n' }, others })
    await run.finish(1)
    assert.deepEqual((await filesBelow(files, '/out')).whole, { 'part-0-0': 'a\n', 'part-0-1': 'b\n' })
  })

  it('lets a Writer begin and end each file, and give out what it keeps before a checkpoint', async () => {
    const files = new InMemoryFileSystem()
    const make = (): BucketingSink<string> => inBasePath().setWriter(new Framed())
    const first = await new SinkFunctionRun(make, files).start()
    await first.write('kept')
    const snapshot = await first.snapshot(1)
    const second = await new SinkFunctionRun(make, files, { seed: 2 }).start(snapshot)
    await second.write('more')
    await second.finish(2)
    const whole = { 'part-0-0': 'begin\nkept\n', 'part-0-1': 'begin\nmore\nend\n' }
    assert.deepEqual((await filesBelow(files, '/out')).whole, whole)
  })

  it('has a directory an hour and lines of text where nothing else is said', async () => {
    const files = new InMemoryFileSystem()
    const run = await new SinkFunctionRun(() => new BucketingSink<unknown>('/out'), files).start()
    await run.write(12)
    await run.finish(1)
    const { whole } = await filesBelow(files, '/out')
    assert.match(Object.keys(whole).join(), /^2026-11-(29|30|31)--\d\d\/part-0-0$/)
    assert.deepEqual(Object.values(whole), ['12\n'])
  })

  it('names directories by a pattern, in a zone', async () => {
    const files = new InMemoryFileSystem()
    const make = (): BucketingSink<string> =>
      new BucketingSink<string>('/')
        .setBucketer(new DateTimeBucketer('yyyy-MM-dd--HHmm', 'UTC'))
        .setWriter(new StringWriter('UTF-16LE'))
    const run = await new SinkFunctionRun(make, files).start()
    await run.write('a')
    await run.finish(1)
    assert.equal(Buffer.from(await files.readFile('/2026-11-30--0705/part-0-0')).toString('utf16le'), 'a\n')
  })

  it('refuses a directory that is not below the base path', async () => {
    for (const path of ['/outside', '/', '/out/../a', undefined]) {
      const bucketer: Bucketer<string> = { getBucketPath: () => path as string }
      const run = await new SinkFunctionRun(
        () => new BucketingSink<string>('/out').setBucketer(bucketer),
        new InMemoryFileSystem(),
      ).start()
      await assert.rejects(run.write('a'), (error) => FlinkError.is(error, 'BUCKET_INVALID'), path)
    }
  })

  it('refuses arguments that are something else', () => {
    const wrong = {} as never
    const sink = new BucketingSink<string>('/out')
    for (const call of [
      () => new BucketingSink<string>(''),
      () => new BucketingSink<string>(wrong),
      () => sink.setBucketer(wrong),
      () => sink.setWriter(wrong),
      () => sink.setBatchSize(0),
      () => sink.setBatchRolloverInterval(-1),
      () => sink.setInactiveBucketCheckInterval(0),
      () => sink.setInactiveBucketThreshold(Number.NaN),
      () => sink.setPartPrefix('a/b'),
      () => sink.setPartSuffix(wrong),
      () => sink.setInProgressPrefix('/'),
      () => sink.setInProgressSuffix('/'),
      () => sink.setPendingPrefix('/'),
      () => sink.setPendingSuffix('\0'),
      () => sink.setValidLengthPrefix('/'),
      () => sink.setValidLengthSuffix('/'),
      () => sink.setUseTruncate(false),
      () => new StringWriter('EBCDIC'),
      () => new DateTimeBucketer('jjjj'),
    ]) {
      assert.throws(call, (error) => FlinkError.is(error, 'GRAPH_INVALID'))
    }
  })
})
