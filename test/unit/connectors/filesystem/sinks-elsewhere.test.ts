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
  SimpleStringEncoder,
  StreamingFileSink,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { InMemoryObjectStore } from '../../../contract/core/in-memory-object-store.js'
import { FileSinkRun } from './file-sink-run.js'
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
  it('does not compact: what is not committed cannot be read there', async () => {
    const sink = FileSink.forRowFormat('s3://bucket/out', new SimpleStringEncoder<string>())
      .enableCompact(FileCompactStrategy.Builder.newBuilder().setSizeThreshold(1).build(), new ConcatFileCompactor())
      .build()
    await assert.rejects(async () => new FileSinkRun(sink, new InMemoryObjectStore()).start(), {
      code: 'GRAPH_INVALID',
      message: /store of objects/,
    })
  })
})
