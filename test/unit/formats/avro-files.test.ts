import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  AvroReaderFormat,
  AvroWriters,
  type AvroSchema,
  type AvroWriting,
} from '../../../src/formats/avro/avro-entry.js'
import { FileSource } from '../../../src/connectors/filesystem/filesystem-entry.js'
import { BlockSplittingRecursiveEnumerator } from '../../../src/connectors/filesystem/recursive-enumerators.js'
import { FlinkError } from '../../../src/index.js'
import { FileSourceRun, filesWith } from '../connectors/filesystem/file-source-run.js'
import { recordsIn } from './format-reading.js'

interface Word {
  readonly id: number
  readonly text: string
}

const WORD = {
  type: 'record',
  name: 'Word',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'text', type: 'string' },
  ],
}

function wordsOf(count: number, length = 10): Word[] {
  return Array.from({ length: count }, (_, id) => ({ id, text: String(id).repeat(length) }))
}

/** `blockEvery`: a block ends after so many records. */
async function fileOf(words: readonly Word[], blockEvery: number, writing: AvroWriting = {}): Promise<Buffer> {
  const chunks: Buffer[] = []
  const out = { write: (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk)) }
  const writer = await AvroWriters.forGenericRecord<Word>(WORD, writing).create(out)
  for (const [index, word] of words.entries()) {
    await writer.addElement(word)
    if ((index + 1) % blockEvery === 0) await writer.flush()
  }
  await writer.finish()
  return Buffer.concat(chunks)
}

describe('Files of Avro', () => {
  for (const codec of ['null', 'deflate'] as const) {
    it(`give each record once, in whatever parts they are read: ${codec}`, async () => {
      const words = wordsOf(200)
      const file = await fileOf(words, 7, { codec })
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: file.length }), async (splitBytes) => {
          const read = await recordsIn(AvroReaderFormat.forSchema<Word>(WORD), file, Math.max(splitBytes, 150))
          assert.deepEqual(read, words)
        }),
        { numRuns: 20 },
      )
    })
  }

  it('go on where a snapshot was taken', async () => {
    const words = wordsOf(100)
    const fileSystem = await filesWith({ '/data/a': await fileOf(words, 9) })
    const source = (): FileSource<Word> =>
      FileSource.forRecordStreamFormat(AvroReaderFormat.withoutSchema<Word>(), '/data/a')
        .setFileEnumerator(() => new BlockSplittingRecursiveEnumerator(undefined, 500))
        .build()
    for (const taken of [0, 1, 8, 9, 10, 40, 99]) {
      const run = await new FileSourceRun(source(), fileSystem).start(1)
      while (run.records.length < taken && (await run.step(1)));
      const snapshot = await run.snapshot()
      const before = [...run.records]
      await run.close()
      const rest = await (await new FileSourceRun(source(), fileSystem).start(2, snapshot)).runToEnd()
      assert.deepEqual(
        [...before, ...rest].sort((one, other) => one.id - other.id),
        words,
      )
    }
  })

  it('are read by another schema than that by which they were written', async () => {
    const reader = {
      ...WORD,
      fields: [
        { name: 'text', type: 'string' },
        { name: 'kind', type: 'string', default: 'word' },
      ],
    }
    const read = await recordsIn(AvroReaderFormat.forSchema(reader), await fileOf([{ id: 1, text: 'a' }], 1))
    assert.deepEqual(read, [{ text: 'a', kind: 'word' }])
  })

  it('are told where they are damaged, or none', async () => {
    const file = await fileOf(wordsOf(20), 5)
    const damaged = Buffer.from(file)
    damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1
    const other: AvroSchema = { ...WORD, fields: [{ name: 'zip', type: 'string' }] }
    const cases: readonly [content: Buffer, schema: AvroSchema, text: RegExp][] = [
      [Buffer.from('id,text\n1,a\n'), WORD, /does not begin as a file of Avro/],
      [file.subarray(0, 30), WORD, /ends within its header/],
      [file.subarray(0, file.length - 20), WORD, /a block is not whole/],
      [damaged, WORD, /does not end with the marker/],
      [file, other, /no matching field/],
    ]
    for (const [content, schema, text] of cases) {
      await assert.rejects(recordsIn(AvroReaderFormat.forSchema(schema), content, content.length), (error) => {
        assert.ok(FlinkError.is(error, 'FILE_RECORD_INVALID'), String(error))
        assert.match(error.message, text)
        return true
      })
    }
  })

  it('refuse a codec that nobody here knows', () => {
    const snappy = { codec: 'snappy' } as unknown as AvroWriting
    assert.throws(
      () => AvroWriters.forGenericRecord(WORD, snappy),
      (error) => FlinkError.is(error, 'GRAPH_INVALID'),
    )
  })
})
