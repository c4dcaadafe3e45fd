import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ResultFuture } from '../../../../../src/api/functions/async/result-future.js'
import { FlinkError, type ErrorCode } from '../../../../../src/core/errors/flink-error.js'
import { asyncSpec, AskedFunction } from '../../../../operators/async-case.js'
import { OneInputStreamOperatorTestHarness } from '../../../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf, turn } from '../../../../operators/operator-harness.js'
import { record } from '../../../../operators/stream-elements.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

type Fn = Parameters<typeof asyncSpec>[0]

async function afterOne(fn: Fn): Promise<OneInputStreamOperatorTestHarness> {
  const harness = await new OneInputStreamOperatorTestHarness(
    bindingOf(asyncSpec(fn)),
    new TestOperatorContext(),
  ).open()
  harness.processElement({ n: 1 }, 7)
  await turn()
  return harness
}

async function fails(fn: Fn, code: ErrorCode, message: RegExp): Promise<unknown> {
  const harness = await afterOne(fn)
  let cause: unknown
  assert.throws(
    () => {
      harness.context.runMail()
    },
    (error: unknown) => {
      assert.ok(FlinkError.is(error, code), String(error))
      assert.match(error.message, message)
      cause = error.cause
      return true
    },
  )
  await harness.close()
  return cause
}

async function gives(fn: Fn, ...values: readonly unknown[]): Promise<void> {
  const harness = await afterOne(fn)
  await harness.finishAndClose()
  assert.deepEqual(
    harness.context.output.take(),
    values.map((value) => record(value, 7)),
  )
}

describe('what an asynchronous function answers', () => {
  it('is an array or another iterable of results', async () => {
    await gives(
      (_input, future) => {
        future.complete(new Set([1, 2]))
      },
      1,
      2,
    )
    await gives((_input, future) => {
      future.complete([])
    })
  })

  it('is told when it is no array', async () => {
    for (const [given, text] of [
      [{ n: 1 }, '\\{ n: 1 \\}'],
      ['abc', "'abc'"],
      [undefined, 'undefined'],
      [null, 'null'],
    ] as const) {
      const complete: Fn = (_input, future) => {
        future.complete(given as never)
      }
      await fails(
        complete,
        'ASYNC_RESULT_INVALID',
        new RegExp(`^Op: asyncInvoke .* called resultFuture.complete with ${text}\\. It takes an array`),
      )
    }
  })

  it('may be what a function of the record alone gives: a result, several, a promise of either', async () => {
    const each = [
      [(): Promise<unknown> => Promise.resolve('x'), ['x']],
      [(): Promise<unknown> => Promise.resolve(['x', 'y']), ['x', 'y']],
      [(): Promise<unknown> => Promise.resolve([['a', 1]]), [['a', 1]]],
      [(): Promise<unknown> => Promise.resolve(null), [null]],
      [((): unknown => 'x') as never, ['x']],
    ] as const
    for (const [fn, values] of each) await gives(fn, ...values)
  })

  it('is told when such a function gives nothing', async () => {
    const nothing = ((_input: unknown) => Promise.resolve()) as Fn
    await fails(nothing, 'RESULT_MISSING', /^Op: asyncInvoke \(\(_input\) => Promise\.resolve\(\)\) returned undefined/)
  })

  it('is told when a result is undefined', async () => {
    const each: Fn[] = [
      (_input, future) => {
        future.complete([1, undefined])
      },
      () => Promise.resolve([undefined]),
    ]
    for (const fn of each) await fails(fn, 'RESULT_MISSING', /^Op: asyncInvoke .* returned undefined/s)
  })

  it('is told when a function that takes the future gives it by its promise instead', async () => {
    for (const [given, text] of [
      [{ n: 1 }, '\\{ n: 1 \\}'],
      ['abc', "'abc'"],
      [[1], '\\[ 1 \\]'],
      [null, 'null'],
    ] as const) {
      const fn: Fn = (_input, _future) => Promise.resolve(given)
      const message = new RegExp(`^Op: asyncInvoke .* takes a resultFuture, but its promise resolved with ${text} and`)
      await fails(fn, 'ASYNC_RESULT_INVALID', message)
    }
  })

  it('is no matter of the promise where the future has one, or where a handle of what goes on was given', async () => {
    await gives(
      (input, future) => {
        future.complete([input])
        return Promise.resolve('x')
      },
      { n: 1 },
    )
    await gives(
      (input, future) =>
        Promise.resolve(
          setTimeout(() => {
            future.complete([input])
          }, 5),
        ),
      { n: 1 },
    )
  })

  it('is that of a function whose second parameter has a default', async () => {
    await gives(((_input: unknown, y = 2) => Promise.resolve(y)) as never, 2)
  })

  it('is told when it is a generator', async () => {
    const each: unknown[] = [
      function* (input: unknown) {
        yield input
      },
      async function* (input: unknown) {
        yield await Promise.resolve(input)
      },
      function* (input: unknown, future: ResultFuture<unknown>) {
        future.complete([input])
        yield
      },
    ]
    for (const fn of each) await fails(fn as Fn, 'ASYNC_RESULT_INVALID', /^Op: asyncInvoke .* is a generator/s)
  })

  it('fails the task where it is rejected or thrown, with the error itself as the cause', async () => {
    const error = new Error('from far away')
    const each: Fn[] = [
      () => Promise.reject(error),
      (_input, _future: ResultFuture<unknown>) => Promise.reject(error),
      () => {
        throw error
      },
    ]
    for (const fn of each) assert.equal(await fails(fn, 'OPERATOR_FAILED', /^Op .*from far away/), error)
  })

  it('counts for nothing after the operator was closed', async () => {
    const fn = new AskedFunction()
    const harness = await afterOne(fn)
    await harness.close()
    fn.complete(0, 1)
    fn.fail(0, new Error('too late'))
    assert.ok(!harness.context.hasMail)
    assert.deepEqual(harness.context.output.take(), [])
  })

  it('does not change what a snapshot has of the record, whatever the function does with its object', async () => {
    const spoil: Fn = (input, _future) => {
      ;(input as { n: number }).n = -1
    }
    const harness = await afterOne(spoil)
    const state = await harness.snapshot(1)
    await harness.close()
    const fn = new AskedFunction()
    const restored = new OneInputStreamOperatorTestHarness(bindingOf(asyncSpec(fn)), new TestOperatorContext())
    await restored.open(state, 1)
    assert.deepEqual(fn.inputs, [{ n: 1 }])
    await restored.close()
  })
})

/** A record that has had no answer when its timeout is over. */
async function afterTimeout(timeout: unknown): Promise<OneInputStreamOperatorTestHarness> {
  const fn = Object.assign(new AskedFunction(), { timeout }) as Fn
  const context = new TestOperatorContext({ nowMs: 0 })
  const harness = await new OneInputStreamOperatorTestHarness(
    bindingOf(asyncSpec(fn, { timeoutMs: 10 })),
    context,
  ).open()
  harness.processElement({ n: 1 }, 7)
  harness.setProcessingTime(10)
  await turn()
  return harness
}

describe('what the timeout of an asynchronous function answers', () => {
  it('may be what one of the record alone gives, as of asyncInvoke', async () => {
    const each = [
      [(input: { n: number }): unknown => -input.n, [-1]],
      [(input: { n: number }): unknown => Promise.resolve([input.n, 2]), [1, 2]],
      [(): unknown => [], []],
    ] as const
    for (const [timeout, values] of each) {
      const harness = await afterTimeout(timeout)
      harness.runEmissions()
      const expected = values.map((value) => record(value, 7))
      assert.deepEqual(harness.context.output.take(), expected)
      await harness.close()
    }
  })

  it('is told of as its own, where it completes with what is no list of results, or has undefined in it', async () => {
    const each = [
      [{ n: 1 }, /Op: timeout \(.*\) called resultFuture\.complete with \{ n: 1 \}/s],
      [[undefined], /Op: timeout \(.*\) returned undefined/s],
    ] as const
    for (const [given, message] of each) {
      const harness = await afterTimeout((_input: unknown, future: ResultFuture<unknown>) => {
        queueMicrotask(() => {
          future.complete(given as never)
        })
      })
      assert.throws(() => {
        harness.context.runMail()
      }, message)
      await harness.close()
    }
  })

  it('is told when one of the record alone gives nothing, and is its rejection', async () => {
    const each = [
      [(_input: unknown) => Promise.resolve(), /Op: timeout \(\(_input\) => Promise\.resolve\(\)\) returned undefined/],
      [(_input: unknown) => Promise.reject(new Error('no word')), /no word/],
    ] as const
    for (const [timeout, message] of each) {
      const harness = await afterTimeout(timeout)
      assert.throws(() => {
        harness.context.runMail()
      }, message)
      await harness.close()
    }
  })
})

describe('an asynchronous operator', () => {
  it('takes no input while its capacity is used up, and some again when a result is out', async () => {
    const fn = new AskedFunction()
    const context = new TestOperatorContext()
    const harness = await new OneInputStreamOperatorTestHarness(
      bindingOf(asyncSpec(fn, { capacity: 2 })),
      context,
    ).open()
    harness.processElement(1)
    assert.ok(!context.emissions.holdsInput)
    for (const n of [2, 3, 4]) harness.processElement(n)
    assert.ok(context.emissions.holdsInput)
    assert.deepEqual(fn.inputs, [1, 2])
    fn.complete(0, 1)
    harness.runEmissions()
    assert.deepEqual(fn.inputs, [1, 2, 3])
    assert.ok(context.emissions.holdsInput)
    for (const call of [1, 2, 3]) {
      fn.complete(call, call)
      harness.runEmissions()
    }
    assert.ok(!context.emissions.holdsInput)
    await harness.finishAndClose()
  })

  it('tells idleness in its place among the results', async () => {
    const fn = new AskedFunction()
    const context = new TestOperatorContext()
    const harness = await new OneInputStreamOperatorTestHarness(
      bindingOf(asyncSpec(fn, { capacity: 1 })),
      context,
    ).open()
    harness.processElement(1, 1)
    harness.processWatermark(1)
    harness.processWatermarkStatus('idle')
    harness.processElement(2, 2)
    harness.processWatermarkStatus('active')
    harness.processWatermark(2)
    assert.deepEqual(context.output.take(), [])
    fn.complete(0, 'x')
    harness.runEmissions()
    fn.complete(1, 'y')
    harness.runEmissions()
    const kinds = context.output.take().map((each) => ('status' in each ? each.status : each.kind))
    assert.deepEqual(kinds, ['record', 'watermark', 'idle', 'record', 'active', 'watermark'])
    await harness.finishAndClose()
  })
})
