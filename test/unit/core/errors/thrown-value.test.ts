import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deserializeError, serializeError } from '../../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import {
  asError,
  causeOf,
  describeThrown,
  isError,
  LOG_CHARS,
  messageOf,
  userFrames,
} from '../../../../src/core/errors/thrown-value.js'

const STACK = `TypeError: boom at the start
    at parse (file:///app/job.js:3:9)
    at Array.map (<anonymous>)
    at Object.<anonymous> (/app/old.cjs:1:1)
    at new <anonymous> (file:///app/job.js:8:1)
    at file:///app/node:1/job.js:5:2
    at StreamMap.processElement (file:///engine/src/stream-map.js:20:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at node:internal/main/worker_thread:1:2
    at async Promise.all (index 0)
    at async main (file:///app/job.js:12:3)
    at async <anonymous>`

const MEGABYTES = 'm'.repeat(5_000_000)

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function unreadable(): Error {
  const get = (): never => {
    throw new Error('a getter threw')
  }
  const error = new Error('m')
  // Made when it is first read, with name and message as they are then.
  assert.ok(error.stack)
  return Object.defineProperties(error, { name: { get }, message: { get }, cause: { get } })
}

describe('What was thrown as an Error', () => {
  it('is itself where it is one', () => {
    const error = new TypeError('no such slot')
    assert.equal(asError(error), error)
    assert.equal(messageOf(error), 'no such slot')
  })

  it('has the text of what is none', () => {
    assert.equal(asError('no such slot').message, 'no such slot')
    assert.equal(messageOf(undefined), 'undefined')
    assert.equal(messageOf(Symbol('s')), 'Symbol(s)')
  })

  it('has a message that ends, whatever it was', () => {
    assert.equal(asError(revoked()).message, 'it threw an object that has no text')
    assert.equal(messageOf(unreadable()), '(its message cannot be read)')
    assert.match(messageOf(new Error(MEGABYTES)), /^m+\.\.\. \(cut: 5000000 characters\)$/)
    assert.match(messageOf(MEGABYTES), /^m+\.\.\. \(cut: 5000000 characters\)$/)
  })
})

describe('What user code throws', () => {
  const values: [string, unknown, RegExp][] = [
    ['a revoked proxy', revoked(), /^it threw an object that has no text$/],
    ['an object without a text', Object.create(null), /^it threw an object that has no text$/],
    ['a string', 'just text', /^it threw 'just text'$/],
    ['undefined', undefined, /^it threw undefined$/],
    ['a symbol', Symbol('s'), /^it threw Symbol\(s\)$/],
    ['an error without a message', new TypeError(), /^TypeError$/],
    ['an error that cannot be read', unreadable(), /^\(its name cannot be read\): \(its message cannot be read\)$/],
    ['a message of megabytes', new Error(MEGABYTES), /^Error: m+\.\.\. \(cut: 5000000 characters\)$/],
  ]
  for (const [name, value, description] of values) {
    it(`is described and passes a thread border: ${name}`, () => {
      assert.match(describeThrown(value), description)
      const serialized = serializeError(value)
      assert.ok(JSON.stringify(serialized).length < 4 * LOG_CHARS)
      assert.ok(deserializeError(serialized) instanceof Error)
      assert.equal(FlinkError.is(value), false)
    })
  }

  it('keeps the frames of its stack, however long its message', () => {
    const { stack = '' } = serializeError(new Error(MEGABYTES))
    assert.match(stack, /\(cut: 5000000 characters\)\n {4}at .*thrown-value\.test/)
  })

  it('keeps the details of a FlinkError within bounds', () => {
    const details = { operator: 'Map', subtask: 1, parallelism: 1, reason: MEGABYTES }
    const passed = deserializeError(serializeError(new FlinkError('OPERATOR_FAILED', details)))
    assert.ok(FlinkError.is(passed, 'OPERATOR_FAILED'))
    assert.ok(passed.message.length + String(passed.details['reason']).length < 3 * LOG_CHARS)
  })

  it('with 20,000 causes passes with the first ones, and a word about the others', () => {
    let error = new Error('0')
    for (let depth = 1; depth < 20_000; depth += 1) error = new Error(String(depth), { cause: error })
    const told: string[] = []
    let current: unknown = deserializeError(serializeError(error))
    while (isError(current)) {
      told.push(current.message)
      current = causeOf(current)
    }
    assert.deepEqual([told[0], told.at(-1), told.length], ['19999', 'further causes are left out', 18])
  })
})

it('userFrames keeps what the user wrote, also functions without a name, and nothing of the engine or of Node', () => {
  assert.deepEqual(userFrames(STACK, ['file:///engine/']), [
    'at parse (file:///app/job.js:3:9)',
    'at Object.<anonymous> (/app/old.cjs:1:1)',
    'at new <anonymous> (file:///app/job.js:8:1)',
    'at file:///app/node:1/job.js:5:2',
    'at async main (file:///app/job.js:12:3)',
  ])
})
