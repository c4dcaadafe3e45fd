import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ALL_OPTIONS } from '../../../../src/core/config/all-options.js'
import type { ConfigOption, ConfigType } from '../../../../src/core/config/config-option.js'
import { escapeWithSingleQuote, splitEscaped } from '../../../../src/core/config/structured-options-splitter.js'
import { formatConfigValue, parseConfigValue, parseDuration } from '../../../../src/core/config/value-parsers.js'

function optionOf(type: ConfigType, more: Partial<ConfigOption<unknown>> = {}): ConfigOption<unknown> {
  const names = { key: 'k', description: '', deprecatedKeys: [], fallbackKeys: [] }
  const values = { enumValues: [], enumAliases: {}, minimum: -Infinity, maximum: Infinity }
  return { ...names, ...values, type, defaultValue: undefined, ...more }
}

const parse = (type: ConfigType, text: string): unknown => parseConfigValue(optionOf(type), text)

describe('a value', () => {
  const good: readonly (readonly [type: ConfigType, text: string, value: unknown])[] = [
    ['int', ' -5 ', -5],
    ['int', '2147483647', 2147483647],
    ['long', '9007199254740991', Number.MAX_SAFE_INTEGER],
    ['double', '1.5e3', 1500],
    ['double', '.5', 0.5],
    ['boolean', 'TRUE', true],
    ['boolean', ' false', false],
    ['duration', '5 minutes', 300_000],
    ['duration', '1500 µs', 1],
    ['duration', '7 DAYS', 604_800_000],
    ['duration', '9223372036854775807', Number.MAX_SAFE_INTEGER],
    ['memory', '1 kB', 1024],
    ['memory', '2 tebibytes', 2 * 1024 ** 4],
    ['list', "a;\"b;c\"; 'd''e'", ['a', 'b;c', "d'e"]],
    ['list', 'a,b', ['a,b']],
    ['map', 'a:1,b:2', { a: '1', b: '2' }],
    ['string', ' as it is ', ' as it is '],
    ['directories', '/a, /b|local', '/a, /b|local'],
  ]
  for (const [type, text, value] of good) {
    it(`"${text}" is a ${type}`, () => assert.deepEqual(parse(type, text), value))
  }

  const bad: readonly (readonly [type: ConfigType, text: string, reason: RegExp])[] = [
    ['int', '1_000', /For input string: "1_000"/],
    ['int', '10 s', /For input string/],
    ['int', '2147483648', /overflows\/underflows the integer type/],
    ['long', '9007199254740993', /overflows/],
    ['double', '1.2.3', /For input string/],
    ['boolean', 'yes', /Unrecognized option for boolean: yes/],
    ['duration', '1 fortnight', /Time interval unit label 'fortnight' does not match any of the recognized units/],
    ['duration', 'PT10S', /text does not start with a number/],
    ['duration', '99999999999999999999 d', /numeric overflow/],
    ['memory', '10 pb', /Memory size unit 'pb' does not match/],
    ['memory', ' ', /argument is an empty- or whitespace-only string/],
    ['list', "'a'b;c", /Illegal quoting at position: 2/],
    ['list', "a;'b", /Quoting was not closed properly/],
    ['map', 'a=1', /missing ':'/],
    ['map', 'a:b:c', /missing ':'/],
    ['directories', '/a,"/b"', /quotes would be part of the path/],
    ['directories', '~/state', /Write the path in full/],
  ]
  for (const [type, text, reason] of bad) {
    it(`"${text}" is no ${type}, and the reason is told`, () => {
      assert.throws(() => parse(type, text), { name: 'ValueFormatError', message: reason })
    })
  }

  it('out of its range is refused with the limit and its unit', () => {
    const port = optionOf('int', { minimum: 0, maximum: 65_535 })
    assert.equal(parseConfigValue(port, '65535'), 65_535)
    assert.throws(() => parseConfigValue(port, '65536'), /at most 65535\./)
    assert.throws(() => parseConfigValue(optionOf('duration', { minimum: 10 }), '1 ms'), /at least 10 ms\.$/)
    assert.throws(() => parseConfigValue(optionOf('duration', { minimum: 10 }), '1'), /A number without a unit is mill/)
    assert.throws(
      () => parseConfigValue(optionOf('memory', { minimum: 1024 }), '64'),
      /A number without a unit is byte/,
    )
    assert.throws(() => parseConfigValue(optionOf('duration', { maximum: 31_536_000_000 }), '366 d'), /at most 365 d\./)
  })

  it('of several words may have other words for them, which stand for those', () => {
    const color = optionOf('enum', { enumValues: ['red', 'blue'], enumAliases: { 'com.Rouge': 'red' } })
    assert.equal(parseConfigValue(color, 'com.rouge '), 'red')
    assert.equal(parseConfigValue(color, 'BLUE'), 'blue')
    assert.throws(() => parseConfigValue(color, 'vert'), /vert is an unknown value. Expected one of: \[\[red, blue\]\]/)
  })

  it('that is nearly one of several words is told which was likely meant', () => {
    const color = optionOf('enum', { enumValues: ['red', 'blue'], enumAliases: { 'com.RougeFactory': 'red' } })
    for (const [text, meant] of [
      ['bleu', 'blue'],
      ['com.Rouge', 'red'],
      ['Rouge', 'red'],
      ['org.RougeFactory', 'red'],
    ] as const) {
      assert.throws(() => parseConfigValue(color, text), { message: new RegExp(`\\]\\]\\. Did you mean ${meant}\\?$`) })
    }
    assert.throws(() => parseConfigValue(color, 'vert'), { message: /\]\]\.$/ })
  })

  it('that is written as text is read back: lists and maps of any texts', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', ':', "'", '"', 'ä') })
    fc.assert(
      fc.property(fc.array(texts), fc.dictionary(texts, texts), (list, map) => {
        assert.deepEqual(parse('list', formatConfigValue(list)), list)
        assert.deepEqual({ ...(parse('map', formatConfigValue(map)) as object) }, { ...map })
      }),
    )
    assert.equal(parseDuration(formatConfigValue(1234)), 1234)
  })
})

describe('splitEscaped', () => {
  it('keeps quotes inside of an item, and empty items between delimiters, as Flink does', () => {
    assert.deepEqual(splitEscaped('a"b;;c', ';'), ['a"b', '', 'c'])
    assert.deepEqual(splitEscaped('', ';'), [])
    assert.equal(escapeWithSingleQuote('plain', ';'), 'plain')
    assert.equal(escapeWithSingleQuote("a;'b", ';'), "'a;''b'")
  })
})

describe('the options', () => {
  it('have defaults that their own grammar accepts', () => {
    for (const option of ALL_OPTIONS.filter(({ defaultValue }) => defaultValue !== undefined)) {
      assert.deepEqual(
        parseConfigValue(option, formatConfigValue(option.defaultValue)),
        option.defaultValue,
        option.key,
      )
    }
  })

  it('share no key, new or old, and describe themselves', () => {
    const keys = ALL_OPTIONS.flatMap(({ key, deprecatedKeys }) => [key, ...deprecatedKeys])
    assert.equal(new Set(keys).size, keys.length)
    for (const { description, key } of ALL_OPTIONS) assert.ok(description.length > 10, key)
  })
})
