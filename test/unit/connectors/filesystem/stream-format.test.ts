import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  FileSource,
  FileSourceSplit,
  TextLineInputFormat,
  type BulkFormat,
  type StreamFormat,
  type StreamFormatInput,
  type StreamFormatReader,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { FileSourceRun, filesWith, inParts, is, numbered } from './file-source-run.js'

describe('StreamFormat', () => {
  it('reads other charsets by their name, and refuses one that nobody knows', async () => {
    const text = 'Grüße\r\nzweite Zeile\n'
    const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le')
    const fileSystem = await filesWith({
      '/latin': Buffer.from(text, 'latin1'),
      '/sjis': Uint8Array.from([0x93, 0xfa, 0x96, 0x7b, 10, 97]),
      '/utf16le': utf16,
      '/utf16be': Buffer.from(`${text}ende`, 'utf16le').swap16(),
    })
    const read = async (charset: string, path: string): Promise<string[]> => {
      const format = new TextLineInputFormat(charset)
      const source = FileSource.forRecordStreamFormat(format, path).build()
      return (await new FileSourceRun(source, fileSystem).start(1)).runToEnd()
    }
    assert.deepEqual(await read('ISO-8859-1', '/latin'), ['Grüße', 'zweite Zeile'])
    assert.deepEqual(await read('Shift_JIS', '/sjis'), ['日本', 'a'])
    assert.deepEqual(await read('UTF-16', '/utf16le'), ['Grüße', 'zweite Zeile'])
    assert.deepEqual(await read('UTF-16', '/utf16be'), ['Grüße', 'zweite Zeile', 'ende'])
    assert.deepEqual(await read('UCS-2', '/utf16le'), ['Grüße', 'zweite Zeile'])
    assert.deepEqual(await read('Latin-1', '/latin'), ['Grüße', 'zweite Zeile'])
    assert.deepEqual(await read('utf-8', '/latin'), ['Gr\uFFFD\uFFFDe', 'zweite Zeile'])
    assert.throws(() => new TextLineInputFormat('ebcdic-37'), is('GRAPH_INVALID', /ebcdic-37/))
  })

  it('takes formats of the user: of streams, with positions or without, and of files', async () => {
    const fileSystem = await filesWith({ '/in/a': 'abcdef', '/in/b': 'xyz' })
    const letters = (hasPositions: boolean): StreamFormat<string> => {
      const createReader: StreamFormat<string>['createReader'] = ({ stream, startOffset }) => {
        let at = startOffset
        return {
          read: async () => {
            const [byte] = await stream.read(at, 1)
            at += 1
            return byte === undefined ? undefined : String.fromCharCode(byte)
          },
          ...(hasPositions && { getCheckpointedPosition: () => ({ offset: at, recordsAfterOffset: 0 }) }),
          close: () => undefined,
        }
      }
      return { isSplittable: () => false, createReader, restoreReader: createReader }
    }
    for (const format of [letters(true), letters(false)]) {
      const source = FileSource.forRecordStreamFormat(format, '/in').build()
      const run = await new FileSourceRun(source, fileSystem).start(1)
      while (run.records.length < 4) await run.step(1)
      const restored = await new FileSourceRun(source, fileSystem).start(1, await run.snapshot())
      await run.close()
      assert.equal([...run.records, ...(await restored.runToEnd())].join(''), 'abcdefxyz')
    }
    const names: BulkFormat<string> = {
      isSplittable: () => false,
      createReader: ({ path }) => {
        const batches = [[path], []]
        const readBatch = () => {
          const records = batches.shift()
          return Promise.resolve(records && { records, offset: 0, recordsAfterOffset: 0 })
        }
        return { readBatch, close: () => undefined }
      },
      restoreReader: () => assert.fail('nothing is restored'),
    }
    const run = await new FileSourceRun(FileSource.forBulkFileFormat(names, '/in').build(), fileSystem).start(1)
    assert.deepEqual(await run.runToEnd(), ['/in/a', '/in/b'])
  })

  it('counts from the last position that a format knew, also after a restore', async () => {
    const letters = Array.from({ length: 2500 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('')
    const fileSystem = await filesWith({ '/in/a': letters })
    const createReader: StreamFormat<string>['createReader'] = ({ stream, startOffset }) => {
      let at = startOffset
      return {
        read: async () => {
          const [byte] = await stream.read(at, 1)
          at += 1
          return byte === undefined ? undefined : String.fromCharCode(byte)
        },
        // Known once it has read some of it.
        getCheckpointedPosition: () => (at > startOffset ? { offset: at, recordsAfterOffset: 0 } : undefined),
        close: () => undefined,
      }
    }
    const format = { isSplittable: () => false, createReader, restoreReader: createReader }
    const source = FileSource.forRecordStreamFormat(format, '/in').build()
    let read = ''
    let snapshot: Awaited<ReturnType<FileSourceRun<string>['snapshot']>> | undefined
    for (const records of [1500, 200, 400]) {
      const run = await new FileSourceRun(source, fileSystem).start(1, snapshot)
      while (run.records.length < records) await run.step(100)
      snapshot = await run.snapshot()
      read += run.records.join('')
      await run.close()
    }
    const last = await new FileSourceRun(source, fileSystem).start(1, snapshot)
    assert.equal(read + (await last.runToEnd()).join(''), letters)
  })

  it('refuses a part of a file that is read as a whole only, and a part that is none', async () => {
    const fileSystem = await filesWith({ '/in/a': numbered(10), '/in/b.gz': gzipSync(numbered(10)) })
    const reading = async (path: string, charset: string, splitBytes: number) => {
      const inHalves = {
        enumerateSplits: () => {
          const part = (offset: number) => new FileSourceSplit({ path, offset, length: splitBytes, fileSizeBytes: 50 })
          return Promise.resolve([part(0), part(splitBytes)])
        },
      }
      const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(charset), path)
      const run = await new FileSourceRun(source.setFileEnumerator(() => inHalves).build(), fileSystem).start(1)
      return run.runToEnd()
    }
    const refused = (why: RegExp) => is('GRAPH_INVALID', new RegExp(`25 of its 50 bytes, from 0 on.*${why.source}`))
    await assert.rejects(reading('/in/a', 'UTF-16', 25), refused(/its format cannot be split/))
    await assert.rejects(reading('/in/b.gz', 'UTF-8', 25), refused(/it is packed/))
    await assert.rejects(reading('/in/a', 'UTF-8', Number.NaN), is('GRAPH_INVALID', /length .* is NaN/))
    const whole = { path: '/in/a', offset: 0, length: 1, fileSizeBytes: 1 }
    for (const wrong of [{ length: undefined }, { offset: -1 }, { fileSizeBytes: '1' }, { path: 7 }]) {
      assert.throws(() => new FileSourceSplit({ ...whole, ...wrong } as never), is('GRAPH_INVALID'))
    }
  })

  it('takes another format record by record as well, with its positions', async () => {
    const count = 500
    const fileSystem = await filesWith({ '/in/a': numbered(count) })
    const lines = new TextLineInputFormat()
    const inCapitals = (
      input: StreamFormatInput,
      open: 'createReader' | 'restoreReader',
    ): StreamFormatReader<string> => {
      const reader = lines[open](input)
      return {
        read: async () => (await reader.read())?.toUpperCase(),
        getCheckpointedPosition: () => reader.getCheckpointedPosition?.(),
        close: () => reader.close(),
      }
    }
    const format: StreamFormat<string> = {
      isSplittable: () => true,
      createReader: (input) => inCapitals(input, 'createReader'),
      restoreReader: (input) => inCapitals(input, 'restoreReader'),
    }
    const source = FileSource.forRecordStreamFormat(format, '/in').setFileEnumerator(inParts(1000)).build()
    const records: string[] = []
    let snapshot: Awaited<ReturnType<FileSourceRun<string>['snapshot']>> | undefined
    for (const stop of [150, 50, 100]) {
      const run = await new FileSourceRun(source, fileSystem).start(1, snapshot)
      while (run.records.length < stop) await run.step(50)
      snapshot = await run.snapshot()
      records.push(...run.records)
      await run.close()
    }
    const last = await new FileSourceRun(source, fileSystem).start(1, snapshot)
    records.push(...(await last.runToEnd()))
    assert.equal(`${records.join('\n')}\n`, numbered(count).toUpperCase())
  })
})
