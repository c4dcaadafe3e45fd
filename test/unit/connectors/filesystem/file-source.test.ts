import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import {
  BlockSplittingRecursiveEnumerator,
  FileSource,
  FileSourceSplit,
  NonSplittingRecursiveEnumerator,
  SimpleSplitAssigner,
  TextLineInputFormat,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { defaultFileSystems } from '../../../../src/filesystems/default-file-systems.js'
import { Duration, FlinkError } from '../../../../src/index.js'
import { FileSourceRun, filesWith, inParts, is, linesIn, numbered, writeFile } from './file-source-run.js'

describe('FileSource', () => {
  it('reads all files of directories at any depth, without hidden ones and empty ones', async () => {
    const fileSystem = await filesWith({
      '/in/a.txt': 'a\n',
      '/in/deep/er/b.txt': 'b',
      '/in/.hidden': 'no\n',
      '/in/_part': 'no\n',
      '/in/_temporary/c': 'no\n',
      '/in/empty': '',
      '/other/.named': 'named\r\n',
    })
    const run = await new FileSourceRun(linesIn('/in', '/other/.named', '/in/a.txt').build(), fileSystem).start(2)
    assert.deepEqual((await run.runToEnd()).sort(), ['a', 'b', 'named'])
  })

  it('reads files in the order of their paths, and asks for no part while it has one of before', async () => {
    const fileSystem = await filesWith({ '/b/b': numbered(10), '/a/a': numbered(10), '/c': numbered(10) })
    const source = linesIn('/c', '/b', '/a').build()
    const first = await new FileSourceRun(source, fileSystem).start(1)
    assert.deepEqual(first.assigned, ['/a/a@0'])
    const second = await new FileSourceRun(source, fileSystem).start(1, await first.snapshot())
    await first.close()
    assert.deepEqual(second.assigned, [])
    await second.runToEnd()
    assert.deepEqual(second.assigned, ['/b/b@0', '/c@0'])
  })

  it('reads files on paths that are URIs, and goes on in them from a snapshot', async () => {
    const root = 'hdfs://namenode:9000/in'
    const fileSystem = await filesWith({ [`${root}/a/a`]: numbered(3), [`${root}/b`]: 'b\n' })
    const source = linesIn(`${root}/`).build()
    const first = await new FileSourceRun(source, fileSystem).start(1)
    assert.deepEqual(first.assigned, [`${root}/a/a@0`])
    const second = await new FileSourceRun(source, fileSystem).start(1, await first.snapshot())
    await first.close()
    assert.deepEqual(await second.runToEnd(), ['line 0', 'line 1', 'line 2', 'b'])
  })

  it('goes into a directory once, wherever links lead', async (context) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-links-'))
    context.after(() => {
      rmSync(directory, { recursive: true })
    })
    writeFileSync(path.join(directory, 'a'), 'text')
    symlinkSync(directory, path.join(directory, 'again'))
    const found = await new NonSplittingRecursiveEnumerator().enumerateSplits([directory], 1, defaultFileSystems())
    assert.deepEqual(
      found.map((split) => split.path),
      [path.join(directory, 'a')],
    )
  })

  it('spreads the parts of a large file over its readers, each line once', async () => {
    const fileSystem = await filesWith({ '/in/a': numbered(1000) })
    const source = linesIn('/in').setFileEnumerator(inParts(100)).build()
    const run = await new FileSourceRun(source, fileSystem).start(3)
    const records = await run.runToEnd()
    assert.equal(run.assigned.length, Math.ceil(numbered(1000).length / 100))
    assert.equal(new Set(records).size, 1000)
    assert.equal(records.length, 1000)
  })

  it('splits large files by default, so that each reader gets four parts, of 1 to 32 MB', async () => {
    const enumerated = async (sizeBytes: number, readers: number) => {
      const enumerator = new BlockSplittingRecursiveEnumerator()
      const status = { name: 'a', path: '/a', isDirectory: false, isPlainFile: true, sizeBytes }
      const systems = { forUri: () => ({ path: '/a', fileSystem: { status: () => Promise.resolve(status) } }) }
      return enumerator.enumerateSplits(['/a'], readers, systems as never)
    }
    const mb = 1024 * 1024
    assert.equal((await enumerated(mb, 4)).length, 1)
    assert.equal((await enumerated(32 * mb, 4)).length, 16)
    assert.equal((await enumerated(3200 * mb, 4)).length, 100)
  })

  it('unpacks packed files, whole, and goes on in their middle', async () => {
    const text = numbered(300)
    const fileSystem = await filesWith({
      '/in/a.gz': gzipSync(text),
      '/in/b.deflate': deflateSync(numbered(300, 'other')),
    })
    const source = linesIn('/in').setFileEnumerator(inParts(100)).build()
    const first = await new FileSourceRun(source, fileSystem).start(1)
    while (first.records.length < 450) await first.step(10)
    const second = await new FileSourceRun(source, fileSystem).start(1, await first.snapshot())
    await first.close()
    const records = [...first.records, ...(await second.runToEnd())]
    assert.deepEqual(records, [...text.split('\n').slice(0, -1), ...numbered(300, 'other').split('\n').slice(0, -1)])
    assert.deepEqual(first.assigned, ['/in/a.gz@0', '/in/b.deflate@0'])
  })

  it('reads each line once, wherever it is stopped and with whatever parallelism it goes on', async () => {
    const scenario = fc.record({
      files: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
      splitBytes: fc.integer({ min: 1, max: 200 }),
      stops: fc.array(fc.record({ parallelism: fc.integer({ min: 1, max: 3 }), records: fc.nat(20) }), {
        maxLength: 4,
      }),
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ files, splitBytes, stops }) => {
        const contents = files.map((count, index): [string, string] => [
          `/in/${String(index)}`,
          numbered(count, String(index)),
        ])
        const fileSystem = await filesWith(Object.fromEntries(contents))
        const source = linesIn('/in').setFileEnumerator(inParts(splitBytes)).build()
        const records: string[] = []
        let snapshot: Awaited<ReturnType<FileSourceRun<string>['snapshot']>> | undefined
        for (const { parallelism, records: count } of stops) {
          const run = await new FileSourceRun(source, fileSystem).start(parallelism, snapshot)
          for (let steps = 0; steps < 3; steps += 1) await run.step(count)
          snapshot = await run.snapshot()
          records.push(...run.records)
          await run.close()
        }
        const last = await new FileSourceRun(source, fileSystem).start(2, snapshot)
        records.push(...(await last.runToEnd()))
        const expected = contents.flatMap(([, text]) => text.split('\n').slice(0, -1))
        assert.deepEqual(records.sort(), expected.sort())
      }),
      { numRuns: 25 },
    )
  })

  it('finds files that come later, each once, also after a restore', async () => {
    const fileSystem = await filesWith({ '/in/a': 'a1\na2\n', '/in/growing': '' })
    const source = linesIn('/in').monitorContinuously(Duration.ofSeconds(1)).build()
    assert.equal(source.getBoundedness(), 'CONTINUOUS_UNBOUNDED')
    const run = await new FileSourceRun(source, fileSystem).start(2)
    await writeFile(fileSystem, '/in/b', 'b\n')
    assert.deepEqual(await run.runUntilIdle(), ['a1', 'a2'])
    await run.discover()
    await run.discover()
    assert.deepEqual(await run.runUntilIdle(), ['a1', 'a2', 'b'])
    const restored = await new FileSourceRun(source, fileSystem).start(1, await run.snapshot())
    await run.close()
    await writeFile(fileSystem, '/in/c', 'c\n')
    await writeFile(fileSystem, '/in/growing', 'grown\n')
    await restored.discover()
    assert.deepEqual((await restored.runUntilIdle()).sort(), ['c', 'grown'])
    await fileSystem.delete('/in')
    await assert.rejects(restored.discover(), is('INPUT_NOT_FOUND'))
    await restored.close()
  })

  it('says what is wrong with a path, and with a file that went or became shorter after it was found', async () => {
    const fileSystem = await filesWith({ '/in/a': numbered(10), '/in/b': numbered(10), '/packed/a.zip': 'PK' })
    const failure = async (...paths: readonly string[]) =>
      new FileSourceRun(linesIn(...paths).build(), fileSystem).start(1)
    await assert.rejects(failure('/in/none/x'), is('INPUT_NOT_FOUND', /\/in\/none\/x.*Of this path \/in is there/))
    await assert.rejects(failure('/packed'), is('FILE_COMPRESSION_UNSUPPORTED'))
    await assert.rejects(failure('s3://bucket/x'), is('FILE_SYSTEM_SCHEME_UNSUPPORTED'))
    const changed = (path: string, change: () => Promise<unknown>) =>
      linesIn(path).setFileEnumerator(() => ({
        enumerateSplits: async (...given) => {
          const splits = await new BlockSplittingRecursiveEnumerator().enumerateSplits(...given)
          await change()
          return splits
        },
      }))
    const shrunk = changed('/in/a', () => writeFile(fileSystem, '/in/a', 'line 0\n'))
    const first = await new FileSourceRun(shrunk.build(), fileSystem).start(1)
    await assert.rejects(first.runToEnd(), is('FILE_IO_FAILED', /\/in\/a.*within its first 7 bytes.*shorter/))
    const gone = changed('/in/b', () => fileSystem.delete('/in/b'))
    const second = await new FileSourceRun(gone.build(), fileSystem).start(1)
    await assert.rejects(second.runToEnd(), is('FILE_NOT_FOUND', /\/in\/b/))
  })

  it('says that records are gone which were read before', async () => {
    const fileSystem = await filesWith({ '/in/a': numbered(10) })
    const source = linesIn('/in').build()
    const run = await new FileSourceRun(source, fileSystem).start(1)
    while (run.records.length < 5) await run.step(5)
    const snapshot = await run.snapshot()
    await run.close()
    const sizeBytes = numbered(10).length
    await writeFile(fileSystem, '/in/a', 'x'.repeat(sizeBytes))
    const restored = await new FileSourceRun(source, fileSystem).start(1, snapshot)
    await assert.rejects(restored.runToEnd(), is('FILE_IO_FAILED', /records after position 0.*not there any more/))
  })

  it('looks over a directory that goes away while it looks', async () => {
    const fileSystem = await filesWith({ '/in/a': 'a\n', '/in/deep/b': 'b\n' })
    fileSystem.fault = (operation, path) => {
      if (operation === 'realPath' && path === '/in/deep') throw new FlinkError('FILE_NOT_FOUND', { path })
    }
    assert.deepEqual(await (await new FileSourceRun(linesIn('/in').build(), fileSystem).start(1)).runToEnd(), ['a'])
  })

  it('closes each file that it opened, before it opens the next one, and however reading ends', async () => {
    const fileSystem = await filesWith({
      '/in/a': numbered(300_000),
      '/in/b.gz': gzipSync(numbered(10)),
      '/other/c': 'PK\x03\x04',
    })
    let open = 0
    let mostOpen = 0
    fileSystem.fault = (operation) => {
      if (operation === 'open') open += 1
      if (operation === 'close') open -= 1
      mostOpen = Math.max(mostOpen, open)
    }
    const source = linesIn('/in').build()
    await (await new FileSourceRun(source, fileSystem).start(1)).runToEnd()
    assert.deepEqual([open, mostOpen], [0, 1])
    const stopped = await new FileSourceRun(source, fileSystem).start(2)
    await stopped.step(1)
    assert.ok(open > 0)
    await stopped.close()
    assert.equal(open, 0)
    const createReader = (): never => assert.fail('no reader')
    const readerless = { isSplittable: () => false, createReader, restoreReader: createReader }
    const broken = FileSource.forRecordStreamFormat(readerless, '/in').build()
    for (const failing of [broken, linesIn('/other').build()]) {
      const run = await new FileSourceRun<unknown>(failing, fileSystem).start(1)
      await assert.rejects(run.runToEnd(), /no reader|its first bytes are those of zip/)
      assert.equal(open, 0)
      await run.close()
    }
  })

  it('fetches nothing of a split that is paused', async () => {
    const count = 150_000
    const fileSystem = await filesWith({ '/in/a': numbered(count) })
    const run = await new FileSourceRun(
      linesIn('/in').setFileEnumerator(inParts(10_000_000)).build(),
      fileSystem,
    ).start(1)
    run.pauseOrResumeSplits(['/in/a@0'], [])
    const { length } = await run.runUntilIdle()
    assert.ok(length < count / 2, String(length))
    run.pauseOrResumeSplits([], ['/in/a@0'])
    assert.equal((await run.runToEnd()).length, count)
  })

  it('keeps any number of splits in their order', () => {
    const split = new FileSourceSplit({ path: '/in/a', offset: 0, length: 1, fileSizeBytes: 1 })
    const last = new FileSourceSplit({ path: '/in/b', offset: 0, length: 1, fileSizeBytes: 1 })
    const assigner = new SimpleSplitAssigner([split])
    assigner.addSplits([...Array.from({ length: 200_000 }, () => split), last])
    assert.equal(assigner.remainingSplits().length, 200_002)
    assert.equal(assigner.getNext(), split)
    assert.equal(assigner.remainingSplits().at(-1), last)
  })

  it('asks an enumerator and an assigner of the user', async () => {
    const fileSystem = await filesWith({ '/in/a.csv': 'a', '/in/b.txt': 'b', '/in/c.csv': 'c' })
    const source = linesIn('/in')
      .setFileEnumerator(
        () => new NonSplittingRecursiveEnumerator((path, isDirectory) => isDirectory || path.endsWith('.csv')),
      )
      .setSplitAssigner((splits) => new SimpleSplitAssigner([...splits].reverse()))
      .processStaticFileSet()
      .build()
    assert.deepEqual(await (await new FileSourceRun(source, fileSystem).start(1)).runToEnd(), ['c', 'a'])
  })

  it('refuses what plain JavaScript may give wrongly', () => {
    const invalid = is('GRAPH_INVALID')
    assert.throws(() => linesIn(), invalid)
    assert.throws(() => linesIn(7 as never), invalid)
    assert.throws(() => FileSource.forRecordStreamFormat({} as never, '/in'), invalid)
    assert.throws(() => FileSource.forBulkFileFormat('text' as never, '/in'), invalid)
    assert.throws(() => linesIn('/in').monitorContinuously(0), invalid)
    assert.throws(() => linesIn('/in').setFileEnumerator({} as never), invalid)
    assert.throws(() => linesIn('/in').setSplitAssigner(undefined as never), invalid)
    assert.throws(() => new BlockSplittingRecursiveEnumerator(undefined, 0), invalid)
    assert.throws(() => new BlockSplittingRecursiveEnumerator(1024 as never), invalid)
    assert.throws(() => new TextLineInputFormat(7 as never), invalid)
  })
})
