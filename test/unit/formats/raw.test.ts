import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FileSource } from '../../../src/connectors/filesystem/filesystem-entry.js'
import { RawDeserializationSchema, RawEncoder, RawFileFormat, RawSerializationSchema } from '../../../src/formats/raw/raw-entry.js'
import { FlinkError } from '../../../src/index.js'
import { FileSourceRun, filesWith } from '../connectors/filesystem/file-source-run.js'

describe('Raw bytes', () => {
  it('are the record, of its own', () => {
    const buffer = new Uint8Array([9, 1, 2, 9])
    const record = new RawDeserializationSchema().deserialize(buffer.subarray(1, 3))
    buffer.fill(0)
    assert.deepEqual([...record], [1, 2])
    assert.equal(record.buffer.byteLength, 2)
    assert.equal(new RawSerializationSchema().serialize(record), record)
  })

  it('are written one after the other', () => {
    const written: (string | Uint8Array)[] = []
    new RawEncoder().encode(new Uint8Array([1]), { write: (chunk) => written.push(chunk) })
    assert.deepEqual(written, [new Uint8Array([1])])
  })

  it('are refused where they are none', () => {
    const isRefused = (error: unknown): boolean => FlinkError.is(error, 'RECORD_NOT_WRITABLE')
    assert.throws(() => new RawSerializationSchema().serialize('text' as never), isRefused)
    assert.throws(() => new RawEncoder().encode([1] as never, { write: () => undefined }), isRefused)
  })

  it('are whole files, once each, also over a restore', async () => {
    const files = { '/data/a': new Uint8Array([1, 2]), '/data/b': new Uint8Array([3]) }
    const source = (): FileSource<Uint8Array> => FileSource.forBulkFileFormat(new RawFileFormat(), '/data').build()
    const fileSystem = await filesWith(files)
    const records = await (await new FileSourceRun(source(), fileSystem).start(2)).runToEnd()
    assert.deepEqual(records.map((bytes) => [...bytes]).sort(), [[1, 2], [3]])
  })
})
