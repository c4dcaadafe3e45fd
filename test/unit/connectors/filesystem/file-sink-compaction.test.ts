/** Compaction of a FileSink: what becomes of small files. Facts of Flink's CompactCoordinatorTest and CompactorOperatorTest. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BasePathBucketAssigner,
  ConcatFileCompactor,
  FileCompactStrategy,
  FileSink,
  IdenticalFileCompactor,
  OnCheckpointRollingPolicy,
  RecordWiseFileCompactor,
  SimpleStringEncoder,
  StreamFormatBasedReaderFactory,
  TextLineInputFormat,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import type { FileCompactor } from '../../../../src/connectors/filesystem/sink/compactor/compact-service.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { CompactionStage } from './compaction-stage.js'
import { FileSinkRun, type FileSinkSnapshot } from './file-sink-run.js'
import { outputOf } from './output-of.js'

const sink = FileSink.forRowFormat('/out', new SimpleStringEncoder<string>())
  .withBucketAssigner(new BasePathBucketAssigner())
  .withRollingPolicy(OnCheckpointRollingPolicy.build())
  .build()
const builder = (): ReturnType<typeof FileCompactStrategy.Builder.newBuilder> =>
  FileCompactStrategy.Builder.newBuilder()
const everySecond = builder().enableCompactionOnCheckpoint(2).build()

interface StartOptions {
  readonly compactor?: FileCompactor<string>
  readonly restore?: FileSinkSnapshot
}

async function startedWith(
  files: InMemoryFileSystem,
  strategy: FileCompactStrategy,
  { compactor = new ConcatFileCompactor(), restore }: StartOptions = {},
): Promise<FileSinkRun<string>> {
  const compaction = new CompactionStage(files, { strategy, compactor })
  return new FileSinkRun(sink, files, { compaction, seed: restore === undefined ? 1 : 2 }).start(restore)
}

/** A file of one line for each, by a checkpoint each, and the turns in which they are compacted. */
async function writeFiles(run: FileSinkRun<string>, lines: readonly string[], from = 1): Promise<FileSinkSnapshot> {
  let snapshot: FileSinkSnapshot | undefined
  for (const [index, line] of lines.entries()) {
    await run.write(line)
    snapshot = await run.snapshot(from + index)
    await run.complete(from + index)
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(snapshot)
  return snapshot
}

async function compacted(compactor: FileCompactor<string>): Promise<string[]> {
  const files = new InMemoryFileSystem()
  const run = await startedWith(files, everySecond, { compactor })
  await writeFiles(run, ['a', 'b'])
  await run.finish(5)
  return Object.values((await outputOf(files, '/out')).finished)
}

describe('A FileSink that compacts', () => {
  it('shows the compacted file only, with the checkpoint after the one by which it is compacted', async () => {
    const files = new InMemoryFileSystem()
    const run = await startedWith(files, everySecond)
    await writeFiles(run, ['a', 'b'])
    assert.deepEqual((await outputOf(files, '/out')).finished, {})
    await writeFiles(run, ['c'], 3)
    const { finished, hidden } = await outputOf(files, '/out')
    assert.deepEqual(Object.values(finished), ['a\nb\n'])
    assert.match(Object.keys(finished).join(), /^compacted-part-[0-9a-f-]{36}-0$/)
    assert.equal(hidden.length, 1)
    await run.finish(4)
    const atEnd = await outputOf(files, '/out')
    assert.deepEqual(Object.values(atEnd.finished), ['a\nb\n', 'c\n'])
    assert.deepEqual(atEnd.hidden, [])
  })

  it('compacts when the files of a bucket have so many bytes', async () => {
    const files = new InMemoryFileSystem()
    const run = await startedWith(files, builder().setSizeThreshold(6).build())
    await writeFiles(run, ['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['a\nb\nc\n'])
    await run.finish(9)
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['a\nb\nc\n', 'd\ne\n'])
  })

  it('puts files one after the other, with a delimiter where one is given', async () => {
    assert.deepEqual(await compacted(new ConcatFileCompactor()), ['a\nb\n'])
    assert.deepEqual(await compacted(new ConcatFileCompactor(Buffer.from('--\n'))), ['a\n--\nb\n'])
  })

  it('reads files record by record, and writes them by its own format', async () => {
    const compactor = new RecordWiseFileCompactor(new StreamFormatBasedReaderFactory(new TextLineInputFormat()))
    assert.deepEqual(await compacted(compactor), ['a\nb\n'])
    const records = ['x', 'y']
    const own = new RecordWiseFileCompactor<string>({
      createFor: () => ({ read: () => Promise.resolve(records.shift()), close: () => undefined }),
    })
    assert.deepEqual(await compacted(own), ['x\ny\n'])
  })

  it('copies one file as it is, and refuses to make one of two', async () => {
    const files = new InMemoryFileSystem()
    const run = await startedWith(files, builder().setSizeThreshold(1).build(), {
      compactor: new IdenticalFileCompactor(),
    })
    await writeFiles(run, ['a', 'b'])
    await run.finish(5)
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['a\n', 'b\n'])
    await assert.rejects(compacted(new IdenticalFileCompactor()), (error) => FlinkError.is(error, 'GRAPH_INVALID'))
  })

  it('compacts again after a failure, and leaves nothing of the first time', async () => {
    const files = new InMemoryFileSystem()
    const first = await startedWith(files, everySecond)
    const snapshot = await writeFiles(first, ['a', 'b'])
    // Compacted, and nobody knows.
    await first.write('lost')
    await first.snapshot(3)
    const second = await startedWith(files, everySecond, { restore: snapshot })
    await writeFiles(second, ['c'], 3)
    await second.finish(4)
    const { finished, hidden } = await outputOf(files, '/out')
    assert.deepEqual(Object.values(finished).sort(), ['a\nb\n', 'c\n'])
    assert.deepEqual(hidden, [])
  })

  it('says that a file that is to be compacted is gone, or not as it was written', async () => {
    for (const change of ['shorter', 'longer', 'gone']) {
      const files = new InMemoryFileSystem()
      const run = await startedWith(files, everySecond)
      await writeFiles(run, ['a'])
      const [file = ''] = (await outputOf(files, '/out')).hidden
      if (change === 'gone') await files.delete(`/out/${file}`)
      else {
        const writer = await files.openToContinue(`/out/${file}`, change === 'shorter' ? 1 : 2)
        if (change === 'longer') await writer.write(Buffer.from('more\n'))
        await writer.close()
      }
      await assert.rejects(writeFiles(run, ['b', 'c'], 2), /file held 2 bytes, and it (?:holds [17]|is gone)\./, change)
      await run.close()
    }
  })

  it('looks for what an earlier attempt left only where there was one, and once in a directory', async () => {
    const files = new InMemoryFileSystem()
    let numLists = 0
    files.fault = (operation) => {
      if (operation === 'list') numLists += 1
    }
    const first = await startedWith(files, everySecond)
    const snapshot = await writeFiles(first, ['a', 'b', 'c', 'd', 'e', 'f'])
    assert.equal(numLists, 0)
    const second = await startedWith(files, everySecond, { restore: snapshot })
    const [, afterOne] = [await writeFiles(second, ['g', 'h', 'i'], 7), numLists]
    await writeFiles(second, ['j', 'k', 'l', 'm'], 10)
    assert.equal(numLists, afterOne)
    await second.finish(14)
    assert.equal(Object.values((await outputOf(files, '/out')).finished).join('').length, 2 * 13)
  })

  it('removes, when it is closed, what it has compacted and not given out', async () => {
    const files = new InMemoryFileSystem()
    const first = await startedWith(files, everySecond)
    const snapshot = await writeFiles(first, ['a', 'b'])
    const names = async (): Promise<string[]> =>
      (await outputOf(files, '/out')).hidden.map((name) => name.slice(1, 5)).sort()
    assert.deepEqual(await names(), ['comp', 'part', 'part'])
    await first.close()
    assert.deepEqual(await names(), ['part', 'part'])
    const second = await startedWith(files, everySecond, { restore: snapshot })
    await second.finish(3)
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['a\nb\n'])
  })

  it('shows files as they are where it compacts no more', async () => {
    const files = new InMemoryFileSystem()
    const first = await startedWith(files, builder().enableCompactionOnCheckpoint(3).build())
    const snapshot = await writeFiles(first, ['a', 'b'])
    const run = new FileSinkRun(sink, files, { compaction: new CompactionStage(files, undefined), seed: 2 })
    await run.start(snapshot)
    await writeFiles(run, ['c'], 3)
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished).sort(), ['a\n', 'b\n', 'c\n'])
    await run.finish(4)
    assert.deepEqual((await outputOf(files, '/out')).hidden, [])
  })

  it('is given a strategy that says when', () => {
    const isRefused = (error: unknown): boolean => FlinkError.is(error, 'GRAPH_INVALID')
    assert.throws(() => builder().build(), isRefused)
    assert.throws(() => builder().enableCompactionOnCheckpoint(0), isRefused)
    assert.throws(() => builder().setNumCompactThreads(0.5), isRefused)
    assert.throws(() => builder().setSizeThreshold(-1), isRefused)
    const strategy = builder().setSizeThreshold(5).setNumCompactThreads(3).build()
    assert.deepEqual(
      [strategy.getSizeThreshold(), strategy.getNumCheckpointsBeforeCompaction(), strategy.getNumCompactThreads()],
      [5, -1, 3],
    )
  })
})
