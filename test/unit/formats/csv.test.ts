import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { CsvLines } from '../../../src/formats/csv/csv-lines.js'
import { CsvRows } from '../../../src/formats/csv/csv-rows.js'
import {
  CsvDeserializationSchema,
  CsvReaderFormat,
  CsvSchema,
  CsvSerializationSchema,
} from '../../../src/formats/csv/csv-entry.js'
import { FileSource } from '../../../src/connectors/filesystem/filesystem-entry.js'
import { LineFormatReader } from '../../../src/connectors/filesystem/line-format.js'
import { FlinkError, Types, type ErrorCode } from '../../../src/index.js'
import { FileSourceRun, filesWith } from '../connectors/filesystem/file-source-run.js'
import { bytesOf, recordsIn, textOf } from './format-reading.js'

const is =
  (code: ErrorCode, text = /./) =>
  (error: unknown): boolean => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, text)
    return true
  }

const texts = CsvSchema.forColumns({ a: Types.STRING, b: Types.STRING })
const orders = CsvSchema.forColumns({ user: Types.STRING, amount: Types.DOUBLE, count: Types.LONG })

/** Reads in blocks of so many bytes, as a file of any size would be. */
async function inBlocks<T>(schema: CsvSchema<T>, text: string, blockBytes: number): Promise<T[]> {
  const bytes = bytesOf(text)
  const stream = {
    read: (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length)),
    close: () => Promise.resolve(),
  }
  const lines = { rows: new CsvRows(schema), ignoresErrors: false, mayBreakLines: true, rowsToSkip: 0 }
  const reader = new LineFormatReader({
    path: '/data/a',
    stream,
    startOffset: 0,
    splitEnd: bytes.length,
    fileLength: bytes.length,
    reopen: () => Promise.resolve(stream),
    isRestored: false,
    parser: new CsvLines(lines),
    advice: '',
    blockBytes,
  })
  const records: T[] = []
  for (let next = await reader.read(); next !== undefined; next = await reader.read()) records.push(next)
  return records
}

describe('CsvReaderFormat', () => {
  it('reads back any texts, with quotes, separators and line breaks in them, however small its blocks are', async () => {
    const character = fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', ';', '\\', ' ', '日')
    const text = fc.string({ unit: character, maxLength: 6 })
    const rows = fc.array(fc.record({ a: text, b: text }, { noNullPrototype: true }), { maxLength: 6 })
    const schemas = fc.constantFrom(
      texts,
      texts.withColumnSeparator(';').withQuoteChar("'"),
      texts.withEscapeChar('\\'),
    )
    const lineEnd = fc.constantFrom('\n', '\r\n')
    await fc.assert(
      fc.asyncProperty(rows, schemas, lineEnd, fc.integer({ min: 1, max: 12 }), async (all, schema, end, block) => {
        const writer = new CsvSerializationSchema(schema)
        const file = all.map((row) => `${textOf(writer.serialize(row))}${end}`).join('')
        assert.deepEqual(await inBlocks(schema, file, block), all)
        for (const row of all) {
          assert.deepEqual(new CsvDeserializationSchema(schema).deserialize(writer.serialize(row)), row)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('knows columns of each type, a word for null and lists', async () => {
    const schema = CsvSchema.forColumns({
      text: Types.STRING,
      long: Types.LONG,
      double: Types.DOUBLE,
      boolean: Types.BOOLEAN,
      large: Types.BIG_INT,
      at: Types.INSTANT,
      list: Types.LIST(Types.INT),
    }).withNullValue('N/A')
    const read = await recordsIn(
      CsvReaderFormat.forSchema(schema),
      'a,-12,1e3,true,123456789012345678901,2024-05-01T10:00:00Z,1;2;3\nN/A,9007199254740991, 0.5,FALSE,-1,2024-05-01,\n',
    )
    const first = {
      text: 'a',
      long: -12,
      double: 1000,
      boolean: true,
      large: 123456789012345678901n,
      at: new Date('2024-05-01T10:00:00Z'),
      list: [1, 2, 3],
    }
    const second = {
      text: null,
      long: Number.MAX_SAFE_INTEGER,
      double: 0.5,
      boolean: false,
      large: -1n,
      at: new Date('2024-05-01'),
      list: [],
    }
    assert.deepEqual(read, [first, second])
    const writer = new CsvSerializationSchema(schema)
    const again = read.map((record) => textOf(writer.serialize(record))).join('\n')
    assert.deepEqual(await recordsIn(CsvReaderFormat.forSchema(schema), again), read)
  })

  it('goes by another separator of lists, and by no header where it is told so', async () => {
    const schema = CsvSchema.forColumns({ l: Types.LIST(Types.LONG) })
    const format = CsvReaderFormat.forSchema(schema.withHeader().withArrayElementSeparator('|').withoutHeader())
    assert.deepEqual(await recordsIn(format, '1|2\n3\n'), [{ l: [1, 2] }, { l: [3] }])
  })

  it('takes what is escaped as it is', async () => {
    const format = CsvReaderFormat.forSchema(texts.withEscapeChar('\\'))
    assert.deepEqual(await recordsIn(format, '"a\\"b,\n",c\n"\\\\",d\n'), [
      { a: 'a"b,\n', b: 'c' },
      { a: '\\', b: 'd' },
    ])
  })

  it('reads numbers exactly as JavaScript does', () => {
    const schema = new CsvDeserializationSchema(CsvSchema.forColumns({ n: Types.DOUBLE }))
    const number = fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer(),
      fc.integer().map((n) => n / 1000),
    )
    const written = fc.oneof(
      number.map(String),
      number.map((n) => n.toFixed(3)),
      fc.stringMatching(/^-?[0-9]{1,9}[.]?[0-9]{0,9}$/),
    )
    fc.assert(
      fc.property(written, (text) => assert.equal(schema.deserialize(bytesOf(text))?.n, Number(text))),
      { numRuns: 2000 },
    )
    for (const text of ['', '-', '.', '1.2.3', '0x1', '1e', '--1', '1,']) {
      assert.throws(() => schema.deserialize(bytesOf(text)), is('RECORD_NOT_DESERIALIZABLE'))
    }
  })

  it('goes by the header in every part of a file, and leaves out a row, empty lines and a byte order mark', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => `${String(index)},u${String(index)},x,1.5`)
    const text = `\uFEFFcount,user,other,amount\r\nunits,,,\r\n${rows.join('\r\n')}\r\n\r\n`
    const schema = orders.withHeader().withSkipFirstDataRow().withoutLineBreaksInTexts()
    const expected = rows.map((_, count) => ({ count, user: `u${String(count)}`, amount: 1.5 }))
    // The header, and the row that is left out, may go over several parts.
    for (const splitBytes of [5, 25, 28, 29, 30, 40, 1000]) {
      assert.deepEqual(await recordsIn(CsvReaderFormat.forSchema(schema), text, splitBytes), expected)
    }
  })

  it('says file, line, byte, column and text of a row that does not fit, or leaves it out', async () => {
    const refused = [
      [
        'u,1.5,x\n',
        /line 2 \(byte 8\), column 7: the column count has to be a whole number up to 2\^53, but is 'x'\. There it says 'u,1\.5,x'/,
      ],
      ['u,0x10,1\n', /the column amount has to be a number/],
      ['u,1,12345678901234567890\n', /the column count/],
      ['u,1\n', /it has 2 columns in place of 3/],
      ['u,1,2,3\n', /it has 4 columns in place of 3/],
      ['"u"x,1,2\n', /column 4: something follows a closing quote/],
      ['u,"1,2\n', /a quote is opened and not closed before the end of the file/],
    ] as const
    const format = CsvReaderFormat.forSchema(orders)
    for (const [row, told] of refused) {
      await assert.rejects(recordsIn(format, `a,1.5,1\n${row}`), is('FILE_RECORD_INVALID', told))
      const left = await recordsIn(format.withIgnoreParseErrors(), `a,1.5,1\n${row}b,2,2\n`)
      assert.deepEqual(
        left.map(({ user }) => user),
        ['a', 'b'],
      )
    }
    const told = /line 1 \(byte 0\): the header has no column amount, count; it has user, x/
    await assert.rejects(
      recordsIn(CsvReaderFormat.forSchema(orders.withHeader()), 'user,x\nu,1\n'),
      is('FILE_RECORD_INVALID', told),
    )
    await assert.rejects(
      recordsIn(CsvReaderFormat.forSchema(orders.withHeader()), 'user,amount,user,count\nu,1,v,1\n'),
      is('FILE_RECORD_INVALID', /the header has the column user more than once/),
    )
    const endless = await filesWith({ '/in/a': 'user' })
    const block = Buffer.alloc(256 * 1024, 'x')
    const { openForRead } = endless
    endless.openForRead = async (path) => ({
      ...(await openForRead.call(endless, path)),
      read: () => Promise.resolve(block),
    })
    const source = FileSource.forRecordStreamFormat(CsvReaderFormat.forSchema(orders.withHeader()), '/in').build()
    const run = await new FileSourceRun(source, endless).start(1)
    const long = /line 1 \(byte 0\): no line ends in 512000000 bytes/
    await assert.rejects(run.runToEnd(), is('FILE_RECORD_INVALID', long))
  })

  it('takes for a time only what is one', (context) => {
    const { TZ } = process.env
    process.env['TZ'] = 'America/New_York'
    context.after(() => {
      if (TZ === undefined) delete process.env['TZ']
      else process.env['TZ'] = TZ
    })
    const schema = CsvSchema.forColumns({ at: Types.INSTANT })
    const reader = new CsvDeserializationSchema(schema)
    const read = (text: string): string | undefined => reader.deserialize(bytesOf(text))?.at.toISOString()
    assert.equal(read('2024-02-29'), '2024-02-29T00:00:00.000Z')
    assert.equal(read(' 2024-02-29 10:30:00.5Z '), '2024-02-29T10:30:00.500Z')
    assert.equal(read('2024-02-29T10:30+02:00'), '2024-02-29T08:30:00.000Z')
    // As on any machine, whatever its zone.
    assert.equal(read('2024-07-01 10:30'), '2024-07-01T10:30:00.000Z')
    assert.equal(read('+010000-01-31 10:30+0200'), '+010000-01-31T08:30:00.000Z')
    for (const text of [
      '2024-02-30',
      '2023-02-29T10:00:00Z',
      'x 2024-05-01',
      '2024-05-01 what',
      '2024-13-01',
      '5',
      '2024-05-01T25:00Z',
      '2024-05-00',
      '2024-00-01',
      '-000000-01-01',
      '2024-05-01T24:30Z',
      '2024-13-30',
      '2024-04-31',
      '',
    ]) {
      assert.throws(() => read(text), is('RECORD_NOT_DESERIALIZABLE', /a time/), text)
    }
    for (const time of [-62_198_755_200_000, 253_402_300_800_000, 0]) {
      const at = new Date(time)
      assert.deepEqual(reader.deserialize(new CsvSerializationSchema(schema).serialize({ at })), { at })
    }
  })

  it('gives up a quote that is not closed for 16 MB, without looking at all of it again and again', async () => {
    const line = `${'x'.repeat(99)}\n`
    const text = `a,"b\n${line.repeat(168_000)}"\n`
    const tooLong = is('FILE_RECORD_INVALID', /not closed in 16777216 bytes/)
    // Where a block ends tells nothing: after a restore it is elsewhere.
    for (const blockBytes of [256 * 1024, 64 * 1024 * 1024]) {
      await assert.rejects(inBlocks(texts, text, blockBytes), tooLong)
    }
  })

  it('refuses schemas that cannot be', () => {
    const invalid = is('GRAPH_INVALID')
    assert.throws(() => CsvSchema.forColumns({}), invalid)
    assert.throws(() => CsvSchema.forColumns({ a: Types.MAP(Types.STRING, Types.STRING) }), invalid)
    assert.throws(() => CsvSchema.forColumns({ a: String as never }), invalid)
    assert.throws(() => texts.withColumnSeparator('::'), invalid)
    assert.throws(() => texts.withColumnSeparator('"'), invalid)
    assert.throws(() => texts.withNullValue(0 as never), invalid)
    assert.throws(() => CsvReaderFormat.forSchema({} as never), invalid)
    assert.throws(() => new CsvDeserializationSchema({} as never), invalid)
    assert.throws(() => new CsvSerializationSchema(undefined as never), invalid)
  })
})

describe('CsvDeserializationSchema and CsvSerializationSchema', () => {
  it('say what they cannot read or write', () => {
    const reader = new CsvDeserializationSchema(orders)
    const told = /the column count has to be a whole number up to 2\^53, but is ''\, column 5\. It says 'u,1,'/
    assert.throws(() => reader.deserialize(bytesOf('u,1,')), is('RECORD_NOT_DESERIALIZABLE', told))
    const ignoring = new CsvDeserializationSchema(orders, { ignoreParseErrors: true })
    assert.equal(ignoring.deserialize(bytesOf('u,1,')), undefined)
    assert.deepEqual(reader.deserialize(bytesOf('u,1,2\r\n')), { user: 'u', amount: 1, count: 2 })
    const write = (schema: CsvSchema<unknown>, value: unknown) => (): unknown =>
      new CsvSerializationSchema(schema).serialize(value)
    const lists = CsvSchema.forColumns({ l: Types.LIST(Types.STRING) })
    for (const [schema, value, text] of [
      [texts, { a: 'x' }, /the field b is undefined/],
      [texts, { a: null, b: 'x' }, /withNullValue/],
      [texts.withNullValue('x'), { a: 'x', b: '' }, /what the schema writes for null/],
      [texts.withoutQuoteChar(), { a: 'x,', b: '' }, /has no quote/],
      [lists, { l: ['a;b'] }, /stands between them/],
      [lists, { l: [''] }, /empty list/],
      [lists, { l: 'a' }, /no list/],
    ] as const) {
      assert.throws(write(schema, value), is('RECORD_NOT_WRITABLE', text))
    }
  })
})
