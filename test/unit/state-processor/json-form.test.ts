import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { registeredClass, RegisteredTypes } from '../../../src/core/types/registered-types.js'
import { ValueNotSerializableError } from '../../../src/core/types/value-not-serializable-error.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { canonicalText, JsonForm } from '../../../src/state-processor/json-form.js'
import { ShownClasses } from '../../../src/state-processor/shown-classes.js'

const form = new JsonForm(new ShownClasses())

function throughJson(value: unknown): unknown {
  return form.read(JSON.parse(form.write(value)))
}

class Account {
  owner = 'Ann'
  readonly balance = 12n
}

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
}

class Refused extends Error {
  readonly code = 7
}

const REGISTERED = new RegisteredTypes([
  registeredClass(Account),
  registeredClass(Money, {
    toPlain: ({ cents }) => [cents, undefined],
    fromPlain: (plain) => new Money((plain as number[])[0] ?? 0),
  }),
  registeredClass(Refused),
])

describe('The JSON form of a value', () => {
  it('gives every value back that a snapshot can hold', () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      stringUnit: 'binary',
      key: fc.oneof(fc.string(), fc.constantFrom('$map', '$', '__proto__', 'a')),
    })
    fc.assert(
      fc.property(values, (value) => {
        // Two dates that are none are no equals to Node 20; there is a test of one below.
        fc.pre(!form.write(value).includes('{"$date":null}'))
        assert.deepStrictEqual(throughJson(value), value)
      }),
    )
  })

  const forms: readonly (readonly [value: unknown, json: string])[] = [
    [{ a: [1, 'x', null, true] }, '{"a":[1,"x",null,true]}'],
    [undefined, '{"$undefined":true}'],
    [{ a: undefined }, '{"a":{"$undefined":true}}'],
    [-0, '{"$number":"-0"}'],
    [Number.NaN, '{"$number":"NaN"}'],
    [12n, '{"$bigint":"12"}'],
    [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    [new Map([[{ id: 1 }, new Set([2])]]), '{"$map":[[{"id":1},{"$set":[2]}]]}'],
    [Uint8Array.of(1, 2), '{"$bytes":"AQI=","class":"Uint8Array"}'],
    [Buffer.of(1, 2), '{"$bytes":"AQI=","class":"Buffer"}'],
    [new Float64Array([1]), '{"$bytes":"AAAAAAAA8D8=","class":"Float64Array"}'],
    [/a"b/gi, String.raw`{"$regexp":["a\"b","gi"]}`],
    [{ $set: 1 }, '{"$object":[["$set",1]]}'],
    ['\ud800', String.raw`"\ud800"`],
  ]
  for (const [value, json] of forms) {
    it(`is ${json}`, () => {
      assert.equal(form.write(value), json)
      assert.deepStrictEqual(throughJson(value), value)
    })
  }

  it('shows a date that is none', () => {
    assert.equal(form.write(new Date(Number.NaN)), '{"$date":null}')
    assert.ok(Number.isNaN((throughJson(new Date(Number.NaN)) as Date).getTime()))
  })

  it('shows an object that holds itself', () => {
    const loop: { name: string; inner?: unknown } = { name: 'a' }
    loop.inner = [loop]
    assert.equal(form.write(loop), '{"name":"a","inner":[{"$up":2}]}')
    const back = throughJson(loop) as { inner: [unknown] }
    assert.equal(back.inner[0], back)
  })

  it('shows instances without their classes, and writes them as what they were', () => {
    const classes = new ShownClasses()
    const shown = new JsonForm(classes)
    const written = structuredSerializer(REGISTERED)
    const read = structuredSerializer(classes)
    const through = (value: unknown): [json: string, back: unknown] => {
      const [first, second] = [new DataOutputView(), new DataOutputView()]
      written.serialize(value, first)
      const json = shown.write(read.deserialize(new DataInputView(first.toBytes())))
      read.serialize(shown.read(JSON.parse(json)), second)
      return [json, written.deserialize(new DataInputView(second.toBytes()))]
    }
    const [account, sameAccount] = through(new Account())
    assert.equal(account, '{"$instance":"Account","fields":{"owner":"Ann","balance":{"$bigint":"12"}}}')
    assert.deepStrictEqual(sameAccount, new Account())
    const [money, sameMoney] = through([new Money(5)])
    assert.equal(money, '[{"$instance":"Money","plain":[5,{"$undefined":true}]}]')
    assert.deepStrictEqual(sameMoney, [new Money(5)])
    const error = new Refused('no')
    const [refused, sameError] = through(error)
    assert.match(refused, /^\{"\$error":"Error","class":"Refused","message":"no","stack":.*"fields":\{"code":7\}\}$/)
    assert.deepStrictEqual(sameError, error)
    const cause = new TypeError('because', { cause: 1 })
    assert.deepStrictEqual(through(cause)[1], cause)
  })

  const refused: readonly (readonly [json: string, reason: RegExp])[] = [
    ['{"$bigint":12}', /digits in quotes/],
    ['{"$bigint":"x"}', /digits in quotes/],
    ['{"$number":1}', /wants "NaN"/],
    ['{"$date":"soon"}', /no time/],
    ['{"$map":{}}', /\$map wants a list/],
    ['{"$map":[[1]]}', /list of pairs/],
    ['{"$set":1}', /\$set wants a list/],
    ['{"$bytes":1}', /base64/],
    ['{"$bytes":"AQI=","class":"Account"}', /no class of bytes/],
    ['{"$bytes":"AQI=","class":"Float64Array"}', /no whole elements/],
    ['{"$error":"Account"}', /no error/],
    ['{"$price":1}', /\$price says nothing/],
    ['{"$regexp":["(",""]}', /a pattern and its flags/],
    ['{"$regexp":["x"]}', /a pattern and its flags/],
    ['{"$array":-1,"fields":[]}', /whole number from 0 to 4294967295/],
    ['{"$array":4294967296,"fields":[]}', /whole number from 0/],
    ['{"$array":1,"fields":[["length",5]]}', /names but length/],
    ['[{"$up":0}]', /whole number from 1 to 1/],
    ['[{"$up":2}]', /whole number from 1 to 1/],
    ['{"$bytes":"A!I="}', /base64/],
    ['{"$instance":"Account","fields":[1]}', /"fields" is an object/],
    ['{"$error":"Error","stack":5}', /"stack" of an error is a text/],
    [`${'['.repeat(3000)}{"$set":[]}${']'.repeat(3000)}`, /deep/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, /deep/],
  ]
  for (const [json, reason] of refused) {
    it(`is not ${json.slice(0, 60)}`, () => {
      assert.throws(
        () => form.read(JSON.parse(json)),
        (error) => FlinkError.is(error, 'JSON_FORM_INVALID') && reason.test(error.message),
      )
    })
  }

  it('is refused in words or can be stored, whatever somebody wrote down', () => {
    const signs = [
      '$map',
      '$set',
      '$bytes',
      '$regexp',
      '$error',
      '$instance',
      '$object',
      '$nullObject',
      '$array',
      '$up',
    ]
    const names = fc.constantFrom(
      ...signs,
      '$date',
      '$bigint',
      '$number',
      '$undefined',
      'fields',
      'class',
      'plain',
      'stack',
      'a',
    )
    const scalars = fc.constantFrom(null, true, -1, 0, 2, 1.5, 2 ** 32, '', 'x', '(', 'length', 'NaN', 'AQI=', 'Error')
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        scalars,
        fc.array(tie('json'), { maxLength: 3 }),
        fc.array(fc.tuple(tie('json'), tie('json')), { maxLength: 2 }),
        fc.dictionary(names, tie('json'), { maxKeys: 3 }),
      ),
    }))
    const classes = new ShownClasses()
    const shown = new JsonForm(classes)
    const serializer = structuredSerializer(classes)
    fc.assert(
      fc.property(json, (given) => {
        const output = new DataOutputView()
        let value: unknown
        try {
          value = shown.read(JSON.parse(JSON.stringify(given)))
        } catch (error) {
          assert.ok(FlinkError.is(error, 'JSON_FORM_INVALID'), String(error))
          return
        }
        try {
          serializer.serialize(value, output)
        } catch (error) {
          assert.ok(error instanceof ValueNotSerializableError, String(error))
          return
        }
        const back = serializer.deserialize(new DataInputView(output.toBytes()))
        assert.equal(shown.write(back), shown.write(value))
      }),
      { numRuns: 2000 },
    )
  })

  it('has one canonical text, whatever the order of fields and of entries of a map', () => {
    const [one, other] = ['{"a":1,"b":{"$map":[[1,2],[3,4]]}}', '{"b":{"$map":[[3,4],[1,2]]},"a":1}']
    assert.equal(canonicalText(JSON.parse(one)), canonicalText(JSON.parse(other)))
    assert.notEqual(canonicalText([1, 2]), canonicalText([2, 1]))
    assert.equal(form.canonicalKey({ $date: 0 }), form.canonicalKey({ $date: '1970-01-01' }))
  })
})
