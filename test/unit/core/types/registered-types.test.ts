import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { streamSerializers } from '../../../../src/api/types/stream-serializers.js'
import { Types } from '../../../../src/api/types/types-table.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES, registeredClass, RegisteredTypes } from '../../../../src/core/types/registered-types.js'
import { rowCodecSource } from '../../../../src/core/types/row-codec-generator.js'
import { structuredSerializer } from '../../../../src/core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../../src/core/types/type-serializer.js'
import {
  Account,
  ACCOUNT_TYPE,
  Ledger,
  Money,
  RejectedError,
  SAMPLE_CLASSES,
  SavingsAccount,
} from './sample-classes.js'

function bytesOf(value: unknown, serializer: TypeSerializer<unknown>): Uint8Array {
  const output = new DataOutputView()
  serializer.serialize(value, output)
  return output.toBytes()
}

function roundTrip(value: unknown, registered = SAMPLE_CLASSES): unknown {
  const serializer = structuredSerializer(registered)
  return serializer.deserialize(new DataInputView(bytesOf(value, serializer)))
}

function refused(type: unknown, form: unknown, reason: RegExp): void {
  assert.throws(
    () => registeredClass(type as typeof Account, form as never),
    (error: Error & { code?: string }) => error.code === 'TYPE_REGISTRATION_INVALID' && reason.test(error.message),
  )
}

describe('An instance of a registered class', () => {
  it('comes back with its class, its methods and its fields, without a call of the constructor', () => {
    const read = roundTrip(new SavingsAccount('Ann', 2.5, new Map([['k', new Account('in', 1)]])))
    assert.ok(read instanceof SavingsAccount && read instanceof Account)
    assert.equal(read.describe(), 'Ann: 2.5')
    assert.ok((read.tags as Map<string, unknown>).get('k') instanceof Account)
  })

  it('comes back of its plain form where the class has one', () => {
    const read = roundTrip([new Money(7n)]) as [Money]
    assert.ok(read[0] instanceof Money)
    assert.equal(read[0].cents, 7n)
  })

  it('is there before what holds it, also where plain forms lie in plain forms and share parts', () => {
    const shared = { cycle: undefined as unknown }
    shared.cycle = shared
    const money = new Money(1n)
    const inner = new Ledger([money, shared])
    const read = roundTrip({ before: shared, ledger: new Ledger([inner, money, shared]), inner }) as {
      before: unknown
      ledger: Ledger
      inner: Ledger
    }
    assert.equal(read.ledger.entries[0], read.inner)
    assert.equal(read.ledger.entries[1], read.inner.entries[0])
    assert.equal(read.ledger.entries[2], read.before)
    assert.equal((read.before as typeof shared).cycle, read.before)
    assert.ok(read.inner.entries[0] instanceof Money)
  })

  it('is refused where its plain form contains it, directly or through another way back', () => {
    const through: Record<string, unknown> = {}
    const ledger = new Ledger([through])
    through['back'] = ledger
    assert.throws(() => roundTrip({ at: [ledger] }), { path: 'at[0]', kind: /an instance of Ledger whose plain form/ })
    const root: Record<string, unknown> = { first: {} }
    Object.assign(root['first'] as object, { root })
    root['second'] = new Ledger([root['first']])
    assert.throws(() => roundTrip(root), { path: 'second', kind: /contains it/ })
  })

  it('may be an error: class, message, stack and cause are kept', () => {
    const error = new RejectedError('no', { cause: new Money(3n) })
    const read = roundTrip({ error }) as { error: RejectedError }
    assert.ok(read.error instanceof RejectedError)
    assert.deepEqual([read.error.message, read.error.stack, read.error.code], ['no', error.stack, 17])
    assert.equal((read.error.cause as Money).cents, 3n)
  })

  it('is learned by streams: later ones are a byte and their fields', () => {
    const output = new DataOutputView()
    const writer = streamSerializers(undefined, SAMPLE_CLASSES)()
    writer.serialize(new Account('a', 1, ['t']), output)
    const first = output.position
    writer.serialize(new Account('b', 2, ['u']), output)
    assert.ok(first > 50)
    assert.equal(output.position - first, 1 + 2 + 4 + (4 + 2))
    const reader = streamSerializers(undefined, SAMPLE_CLASSES)()
    const input = new DataInputView(output.toBytes())
    assert.deepStrictEqual(
      [reader.deserialize(input), reader.deserialize(input)],
      [new Account('a', 1, ['t']), new Account('b', 2, ['u'])],
    )
  })

  it('is refused by name where its class is not registered, and named when it cannot be read', () => {
    assert.throws(() => roundTrip({ a: new Account('x', 1) }, NO_REGISTERED_TYPES), {
      path: 'a',
      kind: 'an instance of Account',
    })
    for (const value of [new Account('x', 1), [new Money(1n)], { e: new RejectedError('no') }]) {
      const bytes = bytesOf(value, structuredSerializer(SAMPLE_CLASSES))
      assert.throws(() => structuredSerializer().deserialize(new DataInputView(bytes)), {
        name: 'ClassNotRegisteredError',
        message: /no class of that name is registered: call env\.getConfig\(\)\.registerType\(\w+\)/,
      })
    }
  })
})

describe('Types.POJO', () => {
  it('lets instances travel that nobody registered, and refuses other classes in their place', () => {
    const make = streamSerializers(Types.LIST(ACCOUNT_TYPE), NO_REGISTERED_TYPES)
    const output = new DataOutputView()
    make().serialize([new Account('a', 1, ['t'])], output)
    const [read] = make().deserialize(new DataInputView(output.toBytes())) as [Account]
    assert.equal(read.describe(), 'a: 1')
    assert.throws(
      () => {
        make().serialize([new SavingsAccount('a', 1, ['t'])], new DataOutputView())
      },
      { path: '[0]', kind: 'an instance of SavingsAccount' },
    )
  })

  it('does not turn a plain object, or nothing at all, into an instance', () => {
    const serializer = ACCOUNT_TYPE.createSerializer() as TypeSerializer<unknown>
    for (const value of [{ owner: 'a', balance: 1, tags: ['t'] }, null, undefined, 'text']) {
      assert.deepStrictEqual(serializer.deserialize(new DataInputView(bytesOf(value, serializer))), value)
    }
  })

  it('uses the form that the class was registered with, and still reads what was written without it', () => {
    const registered = new RegisteredTypes([
      registeredClass(Account, {
        toPlain: ({ owner }) => owner,
        fromPlain: (owner) => new Account(String(owner), 99),
      }),
    ])
    const before = bytesOf(new Account('a', 1, []), ACCOUNT_TYPE.createSerializer())
    const now = ACCOUNT_TYPE.createSerializer(registered)
    assert.equal(now.copy(new Account('a', 1)).balance, 99)
    assert.equal(now.deserialize(new DataInputView(before)).balance, 1)
  })

  it('refuses two classes of one name in one type', () => {
    const other = { Account: class Account {} }.Account
    const pair = Types.TUPLE(ACCOUNT_TYPE, Types.POJO(other))
    assert.throws(() => pair.createSerializer(), { code: 'TYPE_REGISTRATION_INVALID' })
  })
})

describe('What cannot be registered', () => {
  const plain = { toPlain: () => 1, fromPlain: () => new Account('x', 1) }

  it('is said with its reason', () => {
    refused(undefined, undefined, /class undefined cannot be registered: it is no class/)
    refused(() => 1, undefined, /it is no class/)
    refused(class {}, undefined, /without a name cannot be registered: snapshots find a class again by its name/)
    refused(Date, plain, /class Date cannot be registered: its instances travel as they are/)
    refused(TypeError, undefined, /travel as they are/)
    refused(class Table extends Map {}, undefined, /it extends Map, whose contents are no fields/)
    refused(class Later extends Promise<void> {}, undefined, /it extends Promise/)
    refused(Account, { toPlain: () => 1 }, /toPlain\(value\) and fromPlain\(plain\)/)
  })

  it('includes a second class of the same name, but not the same class once more', () => {
    const other = { Account: class Account {} }.Account
    const types = new RegisteredTypes([registeredClass(Account)])
    assert.throws(() => types.with(registeredClass(other)), {
      code: 'TYPE_REGISTRATION_INVALID',
      message: /another class of this name/,
    })
    assert.notEqual(types.with(registeredClass(Account, plain)).named('Account')?.form, undefined)
  })
})

describe('the generated code of an instance', () => {
  it('checks the prototype and makes the instance in one step', () => {
    const { write, read } = rowCodecSource({ instance: ['Account', [['balance', 'int']]] })
    assert.match(write, /^const v1 = prototypeNamed\("Account"\)\n/)
    assert.match(write, /prototypeOf\(value\) === v1/)
    assert.equal(
      read,
      `function v1(v2) { this["balance"] = v2 }
v1.prototype = prototypeNamed("Account")
return function read(input) {
const { bytes, view } = input
let p = input.position
const v3 = view.getInt32(p)
p += 4
const v4 = new v1(v3)
input.position = p
return v4
}
`,
    )
  })
})
