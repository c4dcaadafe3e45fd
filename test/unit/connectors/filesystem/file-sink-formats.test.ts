/** What a FileSink writes, and what it refuses: charsets, schemas, bulk formats, names of buckets by time, arguments, disks. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import {
  BasePathBucketAssigner,
  CheckpointRollingPolicy,
  CompressWriterFactory,
  ConcatFileCompactor,
  DateTimeBucketAssigner,
  DefaultRollingPolicy,
  FileSink,
  OutputFileConfig,
  RecordWiseFileCompactor,
  SerializationSchemaAdapter,
  SimpleStringEncoder,
  StreamFormatBasedReaderFactory,
  type BucketAssignerContext,
  type Encoder,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { LocalFileSystem } from '../../../../src/core/fs/local-file-system.js'
import { JsonSerializationSchema } from '../../../../src/formats/json/json-entry.js'
import { Time } from '../../../../src/index.js'
import { FileSinkRun } from './file-sink-run.js'
import { outputOf } from './output-of.js'

const base = new BasePathBucketAssigner<never>()
const isRefused = (error: unknown): boolean => FlinkError.is(error, 'GRAPH_INVALID')

async function bytesOf<T>(encoder: Encoder<T>, records: readonly T[]): Promise<Buffer> {
  const files = new InMemoryFileSystem()
  const sink = FileSink.forRowFormat('/out', encoder).withBucketAssigner(new BasePathBucketAssigner()).build()
  const run = await new FileSinkRun(sink, files).start()
  for (const record of records) await run.write(record)
  await run.finish(1)
  const [file] = await files.list('/out')
  return Buffer.from(await files.readFile(file?.path ?? ''))
}

describe('The encoders of a FileSink', () => {
  it('write text in its charset', async () => {
    const lines = ['ä€😀', 'b']
    const text = 'ä€😀\nb\n'
    assert.equal((await bytesOf(new SimpleStringEncoder(), lines)).toString('utf8'), text)
    assert.equal((await bytesOf(new SimpleStringEncoder('utf-16le'), lines)).toString('utf16le'), text)
    assert.equal((await bytesOf(new SimpleStringEncoder('UTF-16BE'), lines)).swap16().toString('utf16le'), text)
    assert.equal((await bytesOf(new SimpleStringEncoder('ISO-8859-1'), lines)).toString('latin1'), 'ä??\nb\n')
    assert.equal((await bytesOf(new SimpleStringEncoder('US-ASCII'), lines)).toString('latin1'), '???\nb\n')
    assert.equal((await bytesOf(new SimpleStringEncoder<unknown>(), [1, null])).toString(), '1\nnull\n')
    assert.throws(() => new SimpleStringEncoder('EBCDIC'), isRefused)
    assert.throws(() => new SimpleStringEncoder(5 as unknown as string), isRefused)
  })

  it('write what a schema makes of records', async () => {
    const rows = new SerializationSchemaAdapter(new JsonSerializationSchema<{ user: string }>())
    assert.equal((await bytesOf(rows, [{ user: 'ä' }, { user: 'b' }])).toString(), '{"user":"ä"}\n{"user":"b"}\n')
    class Versioned extends JsonSerializationSchema<{ user: string }> {
      override serialize(element: { user: string }): Uint8Array {
        return super.serialize({ ...element, user: `${element.user}2` })
      }
    }
    assert.equal(
      (await bytesOf(new SerializationSchemaAdapter(new Versioned()), [{ user: 'a' }])).toString(),
      '{"user":"a2"}\n',
    )
    assert.throws(() => new SerializationSchemaAdapter({} as JsonSerializationSchema), isRefused)
  })

  it('may give promises, for which the next record and each checkpoint wait', async () => {
    const late: Encoder<number> = {
      encode: async (number, stream) => {
        stream.write(`${String(number)} `)
        await setImmediate()
        stream.write('end\n')
      },
    }
    assert.equal((await bytesOf(late, [1, 2])).toString(), '1 end\n2 end\n')
    const files = new InMemoryFileSystem()
    const packed = FileSink.forBulkFormat('/out', new CompressWriterFactory(late))
    const run = await new FileSinkRun(packed.withBucketAssigner(new BasePathBucketAssigner()).build(), files).start()
    for (const number of [1, 2]) await run.write(number)
    await run.finish(1)
    const [file] = await files.list('/out')
    assert.equal(gunzipSync(await files.readFile(file?.path ?? '')).toString(), '1 end\n2 end\n')
  })

  it('keep the order of texts and bytes of any size, and may use their bytes again', async () => {
    const shared = new Uint8Array(300_000)
    const mixed: Encoder<number> = {
      encode: (size, stream) => {
        for (const half of [0, 1]) {
          shared.fill(97 + ((size + half) % 26), 0, size)
          stream.write(shared.subarray(0, size))
          stream.write('-')
        }
      },
    }
    const sizes = [1, 70_000, 3, 300_000, 1024, 65_536, 2, 0, 150_000]
    const expected = sizes.flatMap((size) =>
      [0, 1].map((half) => `${String.fromCharCode(97 + ((size + half) % 26)).repeat(size)}-`),
    )
    assert.equal((await bytesOf(mixed, sizes)).toString(), expected.join(''))
  })
})

describe('A FileSink of a bulk format', () => {
  it('writes files of gzip, of several members, that end with each checkpoint', async () => {
    const files = new InMemoryFileSystem()
    const sink = FileSink.forBulkFormat(
      '/out',
      new CompressWriterFactory(new SimpleStringEncoder<string>(), { level: 1 }),
    )
      .withBucketAssigner(new BasePathBucketAssigner())
      .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix('.gz').build())
      .build()
    const run = await new FileSinkRun(sink, files).start()
    const long = 'x'.repeat(40_000)
    for (let count = 0; count < 20; count += 1) await run.write(`${long}${String(count)}`)
    const snapshot = await run.snapshot(1)
    await run.write('lost')
    const again = await new FileSinkRun(sink, files, { seed: 2 }).start(snapshot)
    await again.write('last')
    await again.finish(2)
    const packed = (await files.list('/out')).filter(({ name }) => name.endsWith('.gz'))
    const texts: string[] = []
    for (const file of packed) texts.push(gunzipSync(await files.readFile(file.path)).toString())
    assert.deepEqual(
      texts.sort((one, other) => one.length - other.length).map((text) => text.split('\n').length - 1),
      [1, 20],
    )
    assert.ok(texts[1]?.startsWith(`${long}0\n`) && texts[1].endsWith(`${long}19\n`))
  })

  it('waits for what its writer promises, and calls finish last', async () => {
    const files = new InMemoryFileSystem()
    const sink = FileSink.forBulkFormat<string>('/out', {
      create: (out) => ({
        addElement: async (element) => {
          await Promise.resolve()
          out.write(element)
        },
        flush: () => {
          out.write('.')
        },
        finish: async () => {
          await Promise.resolve()
          out.write('!')
        },
      }),
    })
      .withBucketAssigner(new BasePathBucketAssigner())
      .build()
    const run = await new FileSinkRun(sink, files).start()
    await run.write('a')
    await run.write('b')
    await run.finish(1)
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['ab.!'])
  })

  it('leaves no file open for which it gets no writer, and removes it where no snapshot has it', async () => {
    const files = new InMemoryFileSystem()
    const rows = FileSink.forRowFormat('/out', new SimpleStringEncoder<string>()).withBucketAssigner(base).build()
    const first = await new FileSinkRun(rows, files).start()
    await first.write('kept')
    const snapshot = await first.snapshot(1)
    const open = new Set<string>()
    files.fault = (operation, file) => {
      if (operation === 'create' || operation === 'continue') open.add(file)
      else if (operation === 'close') open.delete(file)
    }
    const create = (): never => {
      throw new Error('no codec')
    }
    const failing = FileSink.forBulkFormat<string>('/out', { create }).withBucketAssigner(base).build()
    await assert.rejects(new FileSinkRun(failing, files, { seed: 2 }).start(snapshot), /no codec/)
    const fresh = await new FileSinkRun(failing, files, { seed: 3 }).start()
    await assert.rejects(fresh.write('a'), /no codec/)
    await fresh.close()
    assert.equal(open.size, 0)
    assert.equal((await outputOf(files, '/out')).hidden.length, 1)
    const again = await new FileSinkRun(rows, files, { seed: 4 }).start(snapshot)
    await again.finish(2)
    assert.deepEqual(Object.values((await outputOf(files, '/out')).finished), ['kept\n'])
  })

  it('refuses a policy that leaves a file open at a checkpoint', async () => {
    const factory = new CompressWriterFactory(new SimpleStringEncoder<string>())
    const policy = DefaultRollingPolicy.builder().build<string, string>() as unknown as CheckpointRollingPolicy<
      string,
      string
    >
    assert.throws(() => FileSink.forBulkFormat('/out', factory).withRollingPolicy(policy), isRefused)
    class Never extends CheckpointRollingPolicy<string, string> {
      override shouldRollOnCheckpoint(): boolean {
        return false
      }
      shouldRollOnEvent(): boolean {
        return false
      }
      shouldRollOnProcessingTime(): boolean {
        return false
      }
    }
    const sink = FileSink.forBulkFormat('/out', factory).withRollingPolicy(new Never()).build()
    const run = await new FileSinkRun(sink, new InMemoryFileSystem()).start()
    await run.write('a')
    await assert.rejects(run.snapshot(1), isRefused)
  })
})

describe('A DateTimeBucketAssigner', () => {
  const at = (text: string): BucketAssignerContext => ({
    currentProcessingTime: () => Date.parse(text),
    currentWatermark: () => 0,
    timestamp: () => null,
  })

  it('writes times as the formatter of Java does', () => {
    const cases: readonly (readonly [format: string, expected: string])[] = [
      ['yyyy-MM-dd--HH', '2026-03-01--09'],
      ["'day='yyyyMMdd/'hour='H", 'day=20260301/hour=9'],
      ["yy/M/d h:mm:ss.SSS a ''k K", "26/3/1 9:05:07.042 AM '9 9"],
      ['uuuu-DDD E EEEE MMM MMMM S', '2026-060 Sun Sunday Mar March 0'],
    ]
    for (const [format, expected] of cases) {
      const assigner = new DateTimeBucketAssigner(format, 'UTC')
      assert.equal(assigner.getBucketId(undefined, at('2026-03-01T09:05:07.042Z')), expected)
    }
  })

  it('knows zones, and when their clocks change', () => {
    const assigner = new DateTimeBucketAssigner('HH:mm', 'Europe/Berlin')
    const shown = ['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z', '2026-10-25T00:59:00Z', '2026-10-25T01:00:00Z'].map(
      (text) => assigner.getBucketId(undefined, at(text)),
    )
    assert.deepEqual(shown, ['01:59', '03:00', '02:59', '02:00'])
    const india = new DateTimeBucketAssigner('yyyy-MM-dd HH:mm', '+05:30')
    assert.equal(india.getBucketId(undefined, at('2026-12-31T20:00:00Z')), '2027-01-01 01:30')
    const nepal = new DateTimeBucketAssigner('HH:mm', 'Asia/Kathmandu')
    assert.equal(nepal.getBucketId(undefined, at('2026-12-31T20:00:00Z')), '01:45')
  })

  it('refuses formats and zones that nobody knows', () => {
    for (const format of ['yyyy-QQ', "yyyy'", 'GG', 5 as unknown as string]) {
      assert.throws(() => new DateTimeBucketAssigner(format), isRefused, `${format} is taken`)
    }
    for (const zone of ['Mars/Olympus', '+19:00', '-18:01', 'UTC+99', '+02:60', '']) {
      assert.throws(() => new DateTimeBucketAssigner('yyyy', zone), isRefused, `${zone} is taken`)
    }
  })
})

describe('The arguments of a FileSink', () => {
  it('are looked at when it is built', () => {
    const encoder = new SimpleStringEncoder<string>()
    const wrong = (value: unknown): never => value as never
    const rows = (): ReturnType<typeof FileSink.forRowFormat<string>> => FileSink.forRowFormat('/out', encoder)
    const calls: readonly (() => unknown)[] = [
      () => FileSink.forRowFormat(wrong(5), encoder),
      () => FileSink.forRowFormat(' ', encoder),
      () => FileSink.forRowFormat('/out', wrong({})),
      () => FileSink.forBulkFormat('/out', wrong(encoder)),
      () => rows().withBucketAssigner(wrong('hour')),
      () => rows().withRollingPolicy(wrong({ shouldRollOnEvent: () => true })),
      () => rows().withBucketCheckInterval(0),
      () => rows().withBucketCheckInterval(Time.seconds(-1)),
      () => rows().withOutputFileConfig(wrong({})),
      () => rows().enableCompact(wrong({}), new ConcatFileCompactor()),
      () =>
        rows().enableCompact(
          wrong({ getSizeThreshold: () => 1, getNumCheckpointsBeforeCompaction: () => 1 }),
          new ConcatFileCompactor(),
        ),
      () => new ConcatFileCompactor(wrong('\n')),
      () => new RecordWiseFileCompactor(wrong({})),
      () => new StreamFormatBasedReaderFactory(wrong({})),
      () => new CompressWriterFactory(wrong({})),
      () => new CompressWriterFactory(encoder, { level: 0 }),
      () => new OutputFileConfig('a/b', ''),
      () => OutputFileConfig.builder().withPartSuffix(wrong(1)).build(),
      () => DefaultRollingPolicy.builder().withMaxPartSize(0),
      () => DefaultRollingPolicy.builder().withRolloverInterval(Number.NaN),
      () => DefaultRollingPolicy.builder().withInactivityInterval(Time.seconds(0)),
    ]
    for (const call of calls) assert.throws(call, isRefused, String(call))
  })
})

describe('A FileSink on a disk', () => {
  const text = (given: string): string => given
  const sinkTo = (directory: string): FileSink<string> =>
    FileSink.forRowFormat(directory, new SimpleStringEncoder<string>()).withBucketAssigner(base).build()

  it('says that a file is where its directory should be, or that a directory takes nothing', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-sink-'))
    writeFileSync(path.join(directory, 'file'), text('no directory'))
    for (const place of [path.join(directory, 'file'), path.join(directory, 'file/below'), '/proc/out']) {
      const run = await new FileSinkRun(sinkTo(place), new LocalFileSystem()).start()
      await assert.rejects(run.write('a'), (error) => FlinkError.is(error, 'FILE_ACCESS_REFUSED'), place)
      await run.close()
    }
    rmSync(directory, { recursive: true })
  })

  it('says that the disk is full, whenever that comes out', async () => {
    for (const length of [10, 200_000]) {
      const files = new InMemoryFileSystem()
      const run = await new FileSinkRun(sinkTo('/out'), files).start()
      await run.write('fits')
      files.fault = (operation, file) => {
        if (operation === 'write') throw new FlinkError('DISK_FULL', { path: file })
      }
      const failed = async (): Promise<void> => {
        for (let count = 0; count < 5; count += 1) await run.write('x'.repeat(length))
        await run.snapshot(1)
      }
      await assert.rejects(failed(), (error) => FlinkError.is(error, 'DISK_FULL'), String(length))
      await run.close()
    }
  })

  it('says that somebody removed a file in progress', async () => {
    const files = new InMemoryFileSystem()
    const run = await new FileSinkRun(sinkTo('/out'), files).start()
    await run.write('a')
    const snapshot = await run.snapshot(1)
    await files.delete('/out')
    const again = new FileSinkRun(sinkTo('/out'), files, { seed: 2 })
    await assert.rejects(again.start(snapshot), (error) => FlinkError.is(error, 'FILE_LOST_RECORDS'))
  })
})
