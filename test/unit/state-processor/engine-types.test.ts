import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { ShownClasses } from '../../../src/state-processor/shown-classes.js'
import type { StoredCodec } from '../../../src/state-processor/stored-codec.js'
import { codecOfType } from '../../../src/state-processor/stored-types.js'

function codecOf(description: string): StoredCodec {
  return codecOfType(description, new ShownClasses()) ?? assert.fail(`${description} cannot be read`)
}

const SESSION = { start: 1, end: 5, timer: 4 }
const WINDOW = { start: 0, end: 5 }
const RECORD = { timestamp: 3, value: 'x' }
const VALUES: readonly (readonly [description: string, value: unknown])[] = [
  ['TTL(LONG)', { value: 12, lastAccess: 1000.5 }],
  ['TTL(OBJECT(name: STRING, "a, b": LIST(LONG)))', { value: { name: 'Ann', 'a, b': [1, 2] }, lastAccess: 0 }],
  ['TTL(GENERIC)', { value: new Map([[1, [undefined]]]), lastAccess: -1 }],
  ['TIMESTAMPED(LONG)', { value: 7, timestamp: 99 }],
  ['IN_FLIGHT(STRING)', { value: 'x', timestamp: 99, keyHash: 123_456 }],
  ['TAGGED(TUPLE(LONG, STRING), MAP(LONG, STRING))', { one: [1, 'x'] }],
  ['TAGGED(TUPLE(LONG, STRING), MAP(LONG, STRING))', { two: new Map([[1, 'x']]) }],
  [
    'PANES(LONG)',
    {
      firedUpTo: 5,
      cleanedUpTo: -Infinity,
      panes: [
        { start: 0, created: 0, held: 3 },
        { start: 10, created: 1, held: 4 },
      ],
    },
  ],
  ['VALUE_SESSIONS(LONG)', [{ ...SESSION, held: 3 }]],
  ['REDUCING_SESSIONS(LONG)', [{ ...SESSION, held: undefined }]],
  [
    'LIST_SESSIONS(LONG)',
    [
      { ...SESSION, held: [3, 4] },
      { ...SESSION, start: 9, end: 12, held: [] },
    ],
  ],
  ['JOIN_BUFFERS(STRING, LONG)', { left: [RECORD], right: [], lastCleanup: -Infinity, waitsBeyond: 17 }],
  ['JOIN_BUFFERS(LONG, STRING)', { left: [], right: [RECORD, RECORD], lastCleanup: 4, waitsBeyond: undefined }],
  ['MERGING(TIME_WINDOW)', { window: WINDOW, stateWindow: { start: 2, end: 3 } }],
]

describe('A value that the engine keeps around one of a program', () => {
  for (const [description, value] of VALUES) {
    it(`is shown, stepped over and made again: ${description}`, () => {
      const codec = codecOf(description)
      const output = new DataOutputView()
      codec.write(value, output)
      const { position } = output
      codec.write(value, output)
      const input = new DataInputView(output.toBytes())
      codec.skip(input)
      assert.equal(input.position, position)
      assert.deepStrictEqual(codec.read(input), value)
      assert.equal(input.remaining, 0)
    })
  }

  const nan = Number.NaN
  const refused: readonly (readonly [description: string, value: unknown, reason: RegExp])[] = [
    ['TTL(LONG)', 12, /a value with a time to live is an object/],
    ['TTL(LONG)', { value: 12 }, /number as its "lastAccess"/],
    ['TTL(LONG)', { value: 12, lastAccess: nan }, /number as its "lastAccess"/],
    ['TTL(LONG)', { value: 'x', lastAccess: 1 }, /the value is no LONG/],
    ['TIMESTAMPED(LONG)', { value: 'x', timestamp: 1 }, /the value is no LONG/],
    ['IN_FLIGHT(LONG)', { timestamp: 1, keyHash: 1 }, /the value is no LONG/],
    ['TAGGED(LONG, STRING)', { two: 5 }, /the value is no STRING/],
    [
      'PANES(LONG)',
      { firedUpTo: 1, cleanedUpTo: 1, panes: [{ start: 0, created: 0.5, held: 1 }] },
      /whole number from 0/,
    ],
    ['PANES(LONG)', { firedUpTo: 1, cleanedUpTo: 1, panes: [{ start: 0, created: 0, held: '1' }] }, /is no LONG/],
    ['PANES(LONG)', { firedUpTo: 1, cleanedUpTo: 1 }, /a list in panes/],
    ['VALUE_SESSIONS(LONG)', [], /a session at least/],
    ['LIST_SESSIONS(LONG)', [{ ...SESSION, held: 3 }], /a list in a session/],
    ['JOIN_BUFFERS(LONG, LONG)', { left: [], right: [], lastCleanup: nan }, /number as its "lastCleanup"/],
    ['MERGING(TIME_WINDOW)', { window: WINDOW, stateWindow: { start: 0, end: nan } }, /number as its "end"/],
  ]
  for (const [description, value, reason] of refused) {
    it(`is refused where it is none: ${description}, ${reason.source}`, () => {
      assert.throws(
        () => {
          codecOf(description).write(value, new DataOutputView())
        },
        (error) => FlinkError.is(error, 'JSON_FORM_INVALID') && reason.test(error.message),
      )
    })
  }

  it('cannot be read where only the program knows what is inside, or what is around it', () => {
    for (const description of ['TTL(KILOMETRES)', 'KILOMETRES(LONG)', 'TAGGED(LONG)', 'MERGING(OwnWindow)', 'TTL()']) {
      assert.equal(codecOfType(description, new ShownClasses()), undefined, description)
    }
  })
})
