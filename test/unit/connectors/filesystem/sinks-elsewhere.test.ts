/** The sinks of files on paths that are URIs: of files that can be renamed, and of objects that cannot. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BasePathBucketAssigner,
  BasePathBucketer,
  BucketingSink,
  ConcatFileCompactor,
  FileCompactStrategy,
  FileSink,
  OnCheckpointRollingPolicy,
  SimpleStringEncoder,
  StreamingFileSink,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { InMemoryObjectStore } from '../../../contract/core/in-memory-object-store.js'
import { CompactionStage } from './compaction-stage.js'
import { FileSinkRun, type FileSinkSnapshot } from './file-sink-run.js'
import { outputOf } from './output-of.js'
import { SinkFunctionRun } from './sink-function-run.js'

const PLACES: readonly (readonly [path: string, make: () => FileSystem])[] = [
  ['hdfs://namenode:9000/out', () => new InMemoryFileSystem()],
  ['s3://bucket/out', () => new InMemoryObjectStore()],
]

const SINKS = {
  FileSink: (path: string, files: FileSystem, seed: number) => {
    const rows = FileSink.forRowFormat(path, new SimpleStringEncoder<string>())
    return new FileSinkRun(rows.withBucketAssigner(new BasePathBucketAssigner()).build(), files, { seed })
  },
  StreamingFileSink: (path: string, files: FileSystem, seed: number) => {
    const make = (): StreamingFileSink<string> =>
      StreamingFileSink.forRowFormat(path, new SimpleStringEncoder<string>())
        .withBucketAssigner(new BasePathBucketAssigner())
        .build()
    return new SinkFunctionRun(make, files, { seed })
  },
  BucketingSink: (path: string, files: FileSystem, seed: number) => {
    const make = (): BucketingSink<string> =>
      new BucketingSink<string>(path).setBucketer(new BasePathBucketer()).setBatchSize(3)
    return new SinkFunctionRun(make, files, { seed })
  },
}

async function linesIn(files: FileSystem, path: string): Promise<string> {
  const texts = Object.values((await outputOf(files, path)).finished)
  return texts.join('').split('\n').filter(Boolean).sort().join(' ')
}

for (const [path, make] of PLACES) {
  for (const [name, sinkTo] of Object.entries(SINKS)) {
    describe(`${name} to ${path}`, () => {
      it('shows what a complete checkpoint has, and each line once after a failure', async () => {
        const files = make()
        const first = await sinkTo(path, files, 1).start()
        for (const line of ['aaa', 'bbb']) await first.write(line)
        await first.snapshot(1)
        assert.equal(await linesIn(files, path), '')
        await first.complete(1)
        await first.write('ccc')
        const snapshot = await first.snapshot(2)
        await first.write('lost')
        // The process is killed: nothing is closed, and nobody hears of the second checkpoint.
        const second = await sinkTo(path, files, 2).start(snapshot as never)
        for (const line of ['ddd', 'eee']) await second.write(line)
        await second.snapshot(3)
        await second.complete(3)
        await second.write('fff')
        await second.finish(4)
        assert.equal(await linesIn(files, path), 'aaa bbb ccc ddd eee fff')
        const { hidden } = await outputOf(files, path)
        assert.deepEqual(name === 'BucketingSink' ? [] : hidden, [])
      })
    })
  }
}

describe('FileSink to a store of objects', () => {
  const path = 's3://bucket/out'
  const strategy = FileCompactStrategy.Builder.newBuilder().enableCompactionOnCheckpoint(2).build()
  const rows = FileSink.forRowFormat(path, new SimpleStringEncoder<string>())
    .withBucketAssigner(new BasePathBucketAssigner())
    .withRollingPolicy(OnCheckpointRollingPolicy.build())
  const compacting = rows.enableCompact(strategy, new ConcatFileCompactor()).build()
  const plain = FileSink.forRowFormat(path, new SimpleStringEncoder<string>())
    .withBucketAssigner(new BasePathBucketAssigner())
    .withRollingPolicy(OnCheckpointRollingPolicy.build())
    .build()

  async function started(
    sink: FileSink<string>,
    files: FileSystem,
    seed: number,
    restore?: FileSinkSnapshot,
  ): Promise<FileSinkRun<string>> {
    const options = sink === compacting ? { strategy, compactor: new ConcatFileCompactor() } : undefined
    const compaction = new CompactionStage(files, options)
    return new FileSinkRun(sink, files, { compaction, seed }).start(restore)
  }

  async function writeFiles(
    run: FileSinkRun<string>,
    lines: readonly string[],
    from: number,
  ): Promise<FileSinkSnapshot> {
    let snapshot: FileSinkSnapshot | undefined
    for (const [index, line] of lines.entries()) {
      await run.write(line)
      snapshot = await run.snapshot(from + index)
      await run.complete(from + index)
      for (let turns = 0; turns < 20; turns += 1) await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return snapshot ?? assert.fail('no snapshot')
  }

  it('shows the compacted files only, once each, also after a failure at any checkpoint', async () => {
    for (const killedAt of [1, 2, 3, 4]) {
      const files = new InMemoryObjectStore()
      const first = await started(compacting, files, 1)
      const snapshot = await writeFiles(first, ['a', 'b', 'c', 'd'].slice(0, killedAt), 1)
      assert.equal(await linesIn(files, path), killedAt < 3 ? '' : 'a b', String(killedAt))
      await first.write('lost')
      const second = await started(compacting, files, 2, snapshot)
      await writeFiles(second, ['e'], killedAt + 1)
      await second.finish(killedAt + 2)
      const { finished, hidden } = await outputOf(files, path)
      const expected = [...['a', 'b', 'c', 'd'].slice(0, killedAt), 'e'].join(' ')
      assert.equal(await linesIn(files, path), expected, String(killedAt))
      assert.ok(
        Object.keys(finished).every((name) => /^compacted-part-[0-9a-f-]{36}-\d+$/.test(name)),
        String(killedAt),
      )
      assert.deepEqual(hidden, [], String(killedAt))
    }
  })

  it('gives what was to be compacted its own name where it compacts no more', async () => {
    const files = new InMemoryObjectStore()
    const snapshot = await writeFiles(await started(compacting, files, 1), ['a'], 1)
    const run = await started(plain, files, 2, snapshot)
    await writeFiles(run, ['b', 'c'], 2)
    await run.finish(5)
    const { finished, hidden } = await outputOf(files, path)
    assert.deepEqual(Object.values(finished).sort(), ['a\n', 'b\n', 'c\n'])
    assert.ok(
      Object.keys(finished).every((name) => name.startsWith('part-')),
      Object.keys(finished).join(),
    )
    assert.deepEqual(hidden, [])
  })

  it('commits what was written before it compacted as it is', async () => {
    const files = new InMemoryObjectStore()
    const first = await started(plain, files, 1)
    await first.write('a')
    const snapshot = await first.snapshot(1)
    const run = await started(compacting, files, 2, snapshot)
    await writeFiles(run, ['b', 'c'], 2)
    await run.finish(5)
    assert.equal(await linesIn(files, path), 'a b c')
    assert.deepEqual((await outputOf(files, path)).hidden, [])
  })
})
