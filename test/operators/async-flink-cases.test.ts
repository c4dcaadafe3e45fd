/** What Flink's AsyncWaitOperatorTest feeds and expects, case by case; the table is in README.md. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AsyncSpec } from '../../src/api/dag/operators/async-spec.js'
import { AsyncRetryStrategies } from '../../src/api/functions/async/async-retry-strategies.js'
import { RetryPredicates } from '../../src/api/functions/async/retry-predicates.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { ASYNC_MODES, AskedFunction, asyncSpec } from './async-case.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf, turn } from './operator-harness.js'
import { record, watermark, type OutputElement } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'

type Fn = Parameters<typeof asyncSpec>[0]

async function opened(fn: Fn, options: Partial<AsyncSpec> = {}): Promise<OneInputStreamOperatorTestHarness> {
  const context = new TestOperatorContext({ nowMs: 0 })
  return new OneInputStreamOperatorTestHarness(bindingOf(asyncSpec(fn, options)), context).open()
}

const twice: Fn = (input, future) => {
  setImmediate(() => {
    future.complete([Number(input) * 2])
  })
}

function emitted(harness: OneInputStreamOperatorTestHarness): readonly OutputElement[] {
  harness.runEmissions()
  return harness.context.output.take()
}

const sorted = (elements: readonly OutputElement[]): OutputElement[] =>
  [...elements].sort((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)))

describe('AsyncWaitOperator, as in Flink', () => {
  for (const outputMode of ASYNC_MODES) {
    it(`event time, ${outputMode}: no result passes the watermark`, async () => {
      const harness = await opened(twice, { capacity: 2, outputMode, timeoutMs: 1000 })
      harness.processElement(1, 1)
      harness.processElement(2, 2)
      harness.processWatermark(2)
      harness.processElement(3, 3)
      await harness.answered()
      await harness.finishAndClose()
      const output = harness.context.output.take()
      assert.deepEqual(sorted(output.slice(0, 2)), [record(2, 1), record(4, 2)])
      assert.deepEqual(output.slice(2), [watermark(2), record(6, 3)])
    })

    it(`processing time, ${outputMode}: all results of eight records, six at a time`, async () => {
      const harness = await opened(twice, { capacity: 6, outputMode, timeoutMs: 1000 })
      for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) harness.processElement(n, n)
      await harness.finishAndClose()
      const output = harness.context.output.take()
      const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => record(n * 2, n))
      assert.deepEqual(
        outputMode === 'ordered' ? output : sorted(output),
        outputMode === 'ordered' ? expected : sorted(expected),
      )
    })

    it(`an error of the function fails the task at once, ${outputMode}, with its stack`, async () => {
      const cause = new Error('Test exception')
      const harness = await opened(
        (_input, future) => {
          future.completeExceptionally(cause)
        },
        { outputMode, capacity: 2 },
      )
      assert.throws(
        () => {
          harness.processElement(1, 1)
          harness.setProcessingTime(1)
        },
        (error: unknown) =>
          FlinkError.is(error, 'OPERATOR_FAILED') && error.cause === cause && error.message.startsWith('Op'),
      )
      await harness.close()
    })

    it(`a timeout without a word of the function fails the task, ${outputMode}, and names the operator`, async () => {
      const fn = new AskedFunction()
      const harness = await opened(fn, { outputMode, capacity: 2, timeoutMs: 10 })
      harness.processElement(1, 1)
      harness.setProcessingTime(9)
      assert.throws(
        () => {
          harness.setProcessingTime(10)
        },
        (error: unknown) =>
          FlinkError.is(error, 'ASYNC_TIMEOUT') &&
          /^Op: asyncInvoke .* had no result after 10 ms\..* The record: 1$/.test(error.message),
      )
      await harness.close()
    })

    it(`complete twice counts once, ${outputMode}`, async () => {
      const fn = new AskedFunction()
      const harness = await opened(fn, { outputMode })
      harness.processElement('x', 1)
      fn.complete(0, 1)
      fn.complete(0, 2)
      fn.fail(0, new Error('too late'))
      assert.deepEqual(emitted(harness), [record(1, 1)])
      fn.complete(0, 3)
      await harness.finishAndClose()
      assert.deepEqual(emitted(harness), [])
    })
  }

  it('the timeout of a record calls the function, which completes it; the next one is as it was', async () => {
    const fn = Object.assign(new AskedFunction(), {
      timeout: (input: unknown, future: Parameters<AskedFunction['asyncInvoke']>[1]) => {
        future.complete([Number(input) * 3])
      },
    })
    const harness = await opened(fn, { capacity: 2, timeoutMs: 10 })
    harness.processElement(1, 0)
    harness.setProcessingTime(5)
    harness.processElement(2, 5)
    harness.setProcessingTime(11)
    fn.complete(1, 2)
    assert.deepEqual(emitted(harness), [record(3, 0), record(2, 5)])
    fn.complete(0, 'too late')
    await harness.finishAndClose()
    assert.deepEqual(emitted(harness), [])
  })

  it('has one timer, however many records, and none after its end', async () => {
    const fn = new AskedFunction()
    const harness = await opened(fn, { capacity: 100, timeoutMs: 100_000 })
    for (let n = 0; n < 50; n += 1) harness.processElement(n, 1)
    assert.equal(harness.context.clock.pendingTimers, 1)
    for (let n = 0; n < 50; n += 1) fn.complete(n, n)
    await harness.finishAndClose()
    assert.equal(harness.context.output.take().length, 50)
  })

  it('a snapshot has what is in flight, asked about again after a restore before what comes then', async () => {
    const lazy = await opened(new AskedFunction(), { capacity: 4, timeoutMs: 1000 })
    for (const n of [1, 2, 3, 4]) lazy.processElement(n, n)
    const state = await lazy.snapshot(1)
    await lazy.close()
    const context = new TestOperatorContext()
    const restored = new OneInputStreamOperatorTestHarness(bindingOf(asyncSpec(twice, { capacity: 6 })), context)
    await restored.open(state, 1)
    for (const n of [5, 6, 7]) restored.processElement(n, n)
    await restored.snapshot(2)
    restored.processElement(8, 8)
    await restored.finishAndClose()
    assert.deepEqual(
      context.output.take(),
      [1, 2, 3, 4, 5, 6, 7, 8].map((n) => record(n * 2, n)),
    )
  })

  it('a full queue is restored, also where there is less capacity than before', async () => {
    const full = await opened(new AskedFunction(), { capacity: 11 })
    for (let n = 0; n <= 10; n += 1) full.processElement(n, 0)
    const state = await full.snapshot(1)
    await full.close()
    const context = new TestOperatorContext()
    const fn: Fn = (input, future) => {
      setImmediate(() => {
        future.complete([input])
      })
    }
    const restored = await new OneInputStreamOperatorTestHarness(
      bindingOf(asyncSpec(fn, { capacity: 3 })),
      context,
    ).open(state, 1)
    assert.ok(context.emissions.holdsInput)
    await restored.finishAndClose()
    assert.deepEqual(context.output.values(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

const strategy = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<unknown>(2, 10)
  .ifResult(RetryPredicates.EMPTY_RESULT_PREDICATE)
  .ifException(RetryPredicates.createExceptionTypePredicate(TypeError))
  .build()

describe('AsyncWaitOperator with retries, as in Flink', () => {
  it('asks again after an empty result and an error, each after the delay, and takes the first answer that is no reason', async () => {
    const fn = new AskedFunction()
    const harness = await opened(fn, { retryStrategy: strategy, timeoutMs: 1000 })
    harness.processElement('x', 1)
    fn.complete(0)
    fn.complete(0, 'of an attempt that had its say')
    harness.setProcessingTime(9)
    assert.equal(fn.inputs.length, 1)
    harness.setProcessingTime(10)
    assert.equal(fn.inputs.length, 2)
    fn.complete(0, 'of an attempt before')
    fn.fail(1, new TypeError('again'))
    harness.setProcessingTime(20)
    assert.deepEqual(fn.inputs, ['x', 'x', 'x'])
    fn.complete(2, 'y')
    assert.deepEqual(emitted(harness), [record('y', 1)])
    assert.equal(harness.context.metrics.values()['numAsyncRetries'], 2)
    await harness.finishAndClose()
  })

  it('takes the last answer as it is: an empty result, or the failure of the task', async () => {
    const fn = new AskedFunction()
    const harness = await opened(fn, { retryStrategy: strategy })
    harness.processElement('x', 1)
    harness.processElement('y', 2)
    for (const [attempt, at] of [10, 20].entries()) {
      fn.complete(attempt * 2)
      fn.fail(attempt * 2 + 1, new TypeError('again'))
      harness.setProcessingTime(at)
    }
    fn.complete(4)
    fn.fail(5, new TypeError('the last'))
    assert.throws(() => {
      harness.setProcessingTime(21)
    }, /the last/)
    await harness.close()
  })

  it('does not ask again after another error than that of the predicate', async () => {
    const fn = new AskedFunction()
    const harness = await opened(fn, { retryStrategy: strategy })
    harness.processElement('x', 1)
    fn.fail(0, new RangeError('no reason'))
    assert.throws(() => {
      harness.setProcessingTime(1)
    }, /no reason/)
    await harness.close()
  })

  it('has one timeout for all attempts, which ends them', async () => {
    const fn = Object.assign(new AskedFunction(), {
      timeout: (_input: unknown, future: Parameters<AskedFunction['asyncInvoke']>[1]) => {
        future.complete([])
      },
    })
    const harness = await opened(fn, { retryStrategy: strategy, timeoutMs: 15 })
    harness.processElement('x', 1)
    fn.complete(0)
    harness.setProcessingTime(10)
    fn.complete(1)
    harness.setProcessingTime(15)
    assert.deepEqual(emitted(harness), [])
    harness.setProcessingTime(100)
    assert.equal(fn.inputs.length, 2)
    assert.equal(harness.context.metrics.values()['numAsyncInFlight'], 0)
    await harness.finishAndClose()
  })

  // In Flink the attempt that waits is made at once, and is the last.
  it('goes on with attempts at the end of the input, each after the delay, other than Flink', async () => {
    const fn = new AskedFunction()
    const harness = await opened(fn, { retryStrategy: strategy })
    harness.processElement('x', 1)
    harness.processElement('y', 2)
    const isFinished = harness.finishAndClose()
    for (const [attempt, at] of [10, 20].entries()) {
      fn.complete(attempt * 2)
      fn.fail(attempt * 2 + 1, new TypeError('again'))
      harness.setProcessingTime(at - 1)
      await turn()
      assert.equal(fn.inputs.length, attempt * 2 + 2)
      harness.setProcessingTime(at)
      await turn()
    }
    assert.deepEqual(fn.inputs, ['x', 'y', 'x', 'y', 'x', 'y'])
    fn.complete(4)
    fn.complete(5, 'Y')
    await isFinished
    assert.deepEqual(harness.context.output.take(), [record('Y', 2)])
  })

  it('grows the delay of an exponential strategy up to its limit', () => {
    const exponential = new AsyncRetryStrategies.ExponentialBackoffDelayRetryStrategyBuilder<unknown>(
      5,
      100,
      500,
      2,
    ).build()
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((n) => exponential.getBackoffTimeMillis(n)),
      [100, 200, 400, 500, 500],
    )
    assert.deepEqual(
      [4, 5, 6].map((n) => exponential.canRetry(n)),
      [true, true, false],
    )
    assert.equal(AsyncRetryStrategies.NO_RETRY_STRATEGY.canRetry(1), false)
  })
})
