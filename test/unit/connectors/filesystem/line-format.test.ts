import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { LineFormatReader, textOfSlice, type LineParser } from '../../../../src/connectors/filesystem/line-format.js'
import { RecordParseError } from '../../../../src/connectors/filesystem/record-parse-error.js'
import type { FileStream } from '../../../../src/connectors/filesystem/stream-format.js'
import { FlinkError } from '../../../../src/index.js'

const lines: LineParser<string> = {
  parse: ({ bytes, at, limit, isAscii }, records) => {
    let next = at
    while (next < limit) {
      const found = bytes.indexOf(10, next)
      const end = found === -1 ? bytes.length : found
      const text = textOfSlice(bytes, next, end, isAscii)
      if (text === 'wrong') throw new RecordParseError('it is wrong', next, end, 3)
      records.push(text)
      next = found === -1 ? end : end + 1
    }
    return next
  },
}

function streamOf(bytes: Uint8Array): FileStream {
  return {
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
    close: () => Promise.resolve(),
  }
}

interface Part {
  readonly from: number
  readonly end: number
  readonly isRestored?: boolean
  readonly blockBytes: number
  readonly parser?: LineParser<string>
  readonly stream?: FileStream
}

function readerOf(
  bytes: Uint8Array,
  { from, end, isRestored = false, blockBytes, parser = lines, stream = streamOf(bytes) }: Part,
): LineFormatReader<string> {
  return new LineFormatReader({
    path: '/data/a',
    stream,
    startOffset: from,
    splitEnd: end,
    fileLength: bytes.length,
    reopen: () => Promise.resolve(streamOf(bytes)),
    isRestored,
    parser,
    advice: 'Mend it.',
    blockBytes,
  })
}

async function recordsOf(reader: LineFormatReader<string>): Promise<string[]> {
  const records: string[] = []
  for (let next = await reader.read(); next !== undefined; next = await reader.read()) records.push(next)
  return records
}

function linesOf(text: string): string[] {
  const all = text.split('\n')
  return all.at(-1) === '' ? all.slice(0, -1) : all
}

const texts = fc
  .array(fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 6 }), fc.constant('')), {
    maxLength: 12,
  })
  .chain((parts) => fc.constantFrom('', '\n').map((end) => `${parts.join('\n').replace(/^\uFEFF/, '')}${end}`))

describe('LineFormatReader', () => {
  it('gives each line of a file once, wherever the file is split and however small its blocks are', async () => {
    const cuts = fc.array(fc.nat(120), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(texts, cuts, fc.integer({ min: 1, max: 20 }), async (text, points, blockBytes) => {
        const bytes = new TextEncoder().encode(text)
        const borders = [0, ...points.filter((point) => point < bytes.length), bytes.length].sort((a, b) => a - b)
        const found: string[] = []
        for (const [part, from] of borders.slice(0, -1).entries()) {
          const end = borders[part + 1] ?? 0
          found.push(...(await recordsOf(readerOf(bytes, { from, end, blockBytes }))))
        }
        assert.deepEqual(found, linesOf(text))
      }),
      { numRuns: 400 },
    )
  })

  it('goes on from the position of any record', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.nat(12), fc.integer({ min: 1, max: 20 }), async (text, count, blockBytes) => {
        const bytes = new TextEncoder().encode(text)
        const end = bytes.length
        const first = readerOf(bytes, { from: 0, end, blockBytes })
        const before: string[] = []
        for (let index = 0; index < count; index += 1) {
          const record = await first.read()
          if (record !== undefined) before.push(record)
        }
        const { offset, recordsAfterOffset } = first.getCheckpointedPosition() ?? { offset: 0, recordsAfterOffset: 0 }
        const second = readerOf(bytes, { from: offset, end, isRestored: offset > 0, blockBytes })
        const after = (await recordsOf(second)).slice(recordsAfterOffset)
        assert.deepEqual([...before, ...after], linesOf(text))
      }),
      { numRuns: 400 },
    )
  })

  it('leaves out a byte order mark', async () => {
    const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, ...Buffer.from('one\ntwo')])
    assert.deepEqual(await recordsOf(readerOf(bytes, { from: 0, end: bytes.length, blockBytes: 1000 })), ['one', 'two'])
  })

  it('says file, line, byte, column and text of a line that is no record, and what to do', async () => {
    const bytes = Buffer.from('good\nbetter\nwrong\nbest\n')
    await assert.rejects(recordsOf(readerOf(bytes, { from: 0, end: bytes.length, blockBytes: 4 })), (error) => {
      assert.ok(FlinkError.is(error, 'FILE_RECORD_INVALID'))
      const expected =
        "'/data/a' cannot be read at line 3 (byte 12), column 3: it is wrong. There it says 'wrong'. Mend it."
      assert.equal(error.message, expected)
      return true
    })
  })

  it('shows the beginning of a long one', async () => {
    const bytes = Buffer.from(`${'x'.repeat(150)}\n`)
    const refusing: LineParser<string> = {
      parse: ({ bytes: block, at }) => {
        throw new RecordParseError('it is wrong', at, block.length - 1)
      },
    }
    const reader = readerOf(bytes, { from: 0, end: bytes.length, blockBytes: 1000, parser: refusing })
    await assert.rejects(reader.read(), {
      message: new RegExp(`There it says '${'x'.repeat(100)}' \\.\\.\\.\\. Mend it`),
    })
  })

  it('gives up a line that is longer than any text, and holds no more than that of a file', async () => {
    const bytes = Buffer.from('first\n')
    const block = Buffer.alloc(256 * 1024, 'x')
    const read = (offset: number) => Promise.resolve(offset === 0 ? Buffer.concat([bytes, block]) : block)
    const stream: FileStream = { read, close: () => Promise.resolve() }
    const reader = readerOf(bytes, { from: 0, end: 1e12, blockBytes: block.length, stream })
    assert.equal(await reader.read(), 'first')
    await assert.rejects(reader.read(), (error) => {
      assert.ok(FlinkError.is(error, 'FILE_RECORD_INVALID'))
      assert.match(error.message, /at line 2 \(byte 6\): no line ends in 512000000 bytes.*'x{100}' \.\.\./)
      return true
    })
  })

  it('refuses a file that is shorter than its part says', async () => {
    const bytes = Buffer.from('one\ntwo\n')
    const shorter = (error: unknown): boolean => FlinkError.is(error, 'FILE_IO_FAILED') && /shorter/.test(error.message)
    await assert.rejects(recordsOf(readerOf(bytes, { from: 0, end: 9, blockBytes: 100 })), shorter)
    await assert.rejects(recordsOf(readerOf(bytes, { from: 20, end: 30, blockBytes: 100 })), shorter)
    await assert.rejects(recordsOf(readerOf(bytes, { from: 20, end: 30, isRestored: true, blockBytes: 100 })), shorter)
  })
})
