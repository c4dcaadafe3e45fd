import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FunctionInitializationContext } from '../../../../../src/api/functions/checkpointed-function.js'
import type { KeySpec } from '../../../../../src/api/dag/key-spec.js'
import { IntCounter } from '../../../../../src/api/functions/accumulators.js'
import { RichMapFunction } from '../../../../../src/api/functions/map-function.js'
import { ValueStateDescriptor } from '../../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../../src/api/state/value-state.js'
import { deserializeError } from '../../../../../src/core/errors/error-codec.js'
import { FlinkError, type ErrorCode } from '../../../../../src/core/errors/flink-error.js'
import type { Logger } from '../../../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { OneInputStreamOperatorTestHarness } from '../../../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf, byFirst } from '../../../../operators/operator-harness.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

class Recording extends RichMapFunction<unknown, unknown> {
  readonly calls: string[] = []
  failIn = ''

  override async open(): Promise<void> {
    await Promise.resolve()
    this.#note('open')
  }
  override close(): void {
    this.#note('close')
  }
  async initializeState(context: FunctionInitializationContext): Promise<void> {
    await Promise.resolve()
    this.#note(`initializeState ${String(context.isRestored())} ${String(context.getRestoredCheckpointId())}`)
  }
  snapshotState(): void {
    this.#note('snapshotState')
  }
  notifyCheckpointComplete(id: number): void {
    this.#note(`complete ${String(id)}`)
  }
  notifyCheckpointAborted(id: number): void {
    this.#note(`aborted ${String(id)}`)
  }
  map(value: unknown): unknown {
    this.#note('map')
    return value
  }
  #note(call: string): void {
    this.calls.push(call)
    if (call === this.failIn) throw new TypeError(`broken ${call}`)
  }
}

function harnessOf(
  userFunction: object,
  context: TestOperatorContext = new TestOperatorContext(),
): OneInputStreamOperatorTestHarness {
  return new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'map', function: userFunction as Recording }), context)
}

function isCode(code: ErrorCode, pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, pattern)
    return true
  }
}

describe('the life of a user function', () => {
  it('goes from initializeState over open, records and snapshots to close, which comes once', async () => {
    const recording = new Recording()
    const harness = await harnessOf(recording).open(undefined, 7)
    harness.processElement(1)
    await harness.snapshot(8)
    await harness.operator.notifyCheckpointComplete(8)
    await harness.operator.notifyCheckpointAborted(9)
    await harness.finishAndClose()
    await harness.operator.close()
    const before = ['initializeState true 7', 'open', 'map', 'snapshotState', 'complete 8', 'aborted 9', 'close']
    assert.deepEqual(recording.calls, before)
  })

  for (const failIn of ['open', 'snapshotState', 'map', 'complete 1']) {
    it(`fails as OPERATOR_FAILED with the user's error as cause when ${failIn} throws, and closes still`, async () => {
      const recording = new Recording()
      recording.failIn = failIn
      const context = new TestOperatorContext({ taskInfo: { subtaskIndex: 1, parallelism: 4 } })
      const harness = harnessOf(recording, context)
      const run = async (): Promise<void> => {
        await harness.open()
        harness.processElement(1)
        await harness.snapshot()
        await harness.operator.notifyCheckpointComplete(1)
      }
      await assert.rejects(run(), (error) => {
        assert.ok(FlinkError.is(error, 'OPERATOR_FAILED'))
        assert.equal(error.message, `Op (subtask 2 of 4) failed: TypeError: broken ${failIn}`)
        assert.ok(error.cause instanceof TypeError)
        assert.match(error.cause.stack ?? '', /Recording/)
        return true
      })
      await harness.operator.close()
      assert.equal(recording.calls.at(-1), 'close')
    })
  }

  it('throws an error of close, but only logs it after an earlier failure', async () => {
    const alone = new Recording()
    alone.failIn = 'close'
    const harness = await harnessOf(alone).open()
    await assert.rejects(harness.operator.close(), isCode('OPERATOR_FAILED', /broken close/))

    const warnings: unknown[] = []
    const logger: Logger = { ...SILENT_LOGGER, warn: (_message, fields) => warnings.push(fields) }
    const both = new Recording()
    both.failIn = 'map'
    const failing = await harnessOf(both, new TestOperatorContext({ logger })).open()
    assert.throws(() => {
      failing.processElement(1)
    })
    both.failIn = 'close'
    await failing.operator.close()
    assert.deepEqual(warnings, [{ operator: 'Op', reason: 'TypeError: broken close' }])
  })

  it('does not call close of a function that was never set up', async () => {
    const recording = new Recording()
    await harnessOf(recording).operator.close()
    assert.deepEqual(recording.calls, [])
  })

  it('wraps an error once on its way up a chain', async () => {
    const inner = new FlinkError('OPERATOR_FAILED', { operator: 'Down', subtask: 1, parallelism: 1, reason: 'x' })
    const context = new TestOperatorContext()
    const harness = await new OneInputStreamOperatorTestHarness(
      bindingOf({
        kind: 'flat-map',
        function: {
          flatMap: (value, out) => {
            out.collect(value)
          },
        },
      }),
      context,
    ).open()
    context.output.collect = () => {
      throw inner
    }
    assert.throws(
      () => {
        harness.processElement(1)
      },
      (error) => error === inner,
    )
  })

  it('stores the list of a ListCheckpointed function and gives it back', async () => {
    const restoredLists: unknown[] = []
    const make = (list: readonly number[]): object => ({
      map: (value: unknown) => value,
      snapshotState: (id: number, timestampMs: number) => Promise.resolve([...list, id, timestampMs]),
      restoreState: (state: unknown) => {
        restoredLists.push(state)
      },
    })
    const first = await harnessOf(make([1, 2])).open()
    const state = await first.snapshot(3)
    await harnessOf(make([])).open(state, 3)
    assert.deepEqual(restoredLists, [[1, 2, 3, 5000]])
  })

  it('takes null for the empty list of a ListCheckpointed function', async () => {
    const restoredLists: unknown[] = []
    for (const returned of [null, Promise.resolve(null)]) {
      const listed = {
        map: (value: unknown) => value,
        snapshotState: () => returned,
        restoreState: (state: unknown) => restoredLists.push(state),
      }
      const state = await (await harnessOf(listed).open()).snapshot(3)
      await harnessOf(listed).open(state, 3)
    }
    assert.deepEqual(restoredLists, [[], []])
  })

  it('fails the snapshot, by the name of the method, where snapshotState gives what is no list', async () => {
    for (const [returned, text] of [
      [undefined, 'undefined'],
      ['abc', "'abc'"],
      [{ a: 1 }, '{ a: 1 }'],
      [7, '7'],
      [new Set([1]), 'Set(1) { 1 }'],
      [Promise.resolve('late'), "'late'"],
    ] as const) {
      const listed = { map: (value: unknown) => value, snapshotState: () => returned, restoreState: () => undefined }
      const harness = await harnessOf(listed).open()
      await assert.rejects(harness.snapshot(3), (error) => {
        assert.ok(FlinkError.is(error, 'STATE_LIST_INVALID'), String(error))
        assert.ok(error.message.startsWith(`Op: snapshotState returned ${text}, which is no list.`), error.message)
        return true
      })
    }
  })
})

describe('what a user function must not do', () => {
  it('return a promise where a result is due', async () => {
    const promise = async (): Promise<never> => {
      await Promise.resolve()
      throw new Error('nobody hears this')
    }
    const specs = [
      ['map', { kind: 'map', function: { map: promise } }],
      ['filter', { kind: 'filter', function: { filter: promise as unknown as () => boolean } }],
      ['flatMap', { kind: 'flat-map', function: { flatMap: promise as unknown as () => void } }],
    ] as const
    for (const [method, spec] of specs) {
      const harness = await new OneInputStreamOperatorTestHarness(bindingOf(spec), new TestOperatorContext()).open()
      assert.throws(
        () => {
          harness.processElement(1)
        },
        isCode('ASYNC_NOT_ALLOWED', new RegExp(`Op: ${method} \\(async \\(\\) => \\{\\.\\.\\.\\) returned a Promise`)),
      )
      assert.deepEqual(harness.context.output.emitted, [])
    }
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('return an array where its results are to be collected', async () => {
    const results = (value: unknown): void => [value] as unknown as undefined
    const specs = [
      ['flatMap', { kind: 'flat-map', function: { flatMap: results } }],
      ['processElement', { kind: 'process', function: { processElement: results } as never }],
      ['processElement', { kind: 'keyed-process', function: { processElement: results } as never }],
    ] as const
    for (const [method, spec] of specs) {
      const binding = bindingOf(spec, spec.kind === 'keyed-process' ? byFirst : undefined)
      const harness = await new OneInputStreamOperatorTestHarness(binding, new TestOperatorContext()).open()
      assert.throws(
        () => {
          harness.processElement(['k', 1])
        },
        isCode(
          'RESULTS_NOT_COLLECTED',
          new RegExp(`^Op: ${method} \\(\\(value\\) => \\[value\\]\\) returned an array`),
        ),
      )
    }
  })

  it('return nothing where its result is kept', async () => {
    const reduce = (): unknown => undefined
    const binding = bindingOf({ kind: 'reduce', function: { reduce } }, byFirst)
    const harness = await new OneInputStreamOperatorTestHarness(binding, new TestOperatorContext()).open()
    harness.processElement(['k', 1])
    assert.throws(
      () => {
        harness.processElement(['k', 2])
      },
      isCode('RESULT_MISSING', /^Op: reduce \(\(\) => undefined\) returned undefined/),
    )
  })

  it('ask for keyed state on a stream that is not keyed', async () => {
    class Asking extends RichMapFunction<unknown, unknown> {
      override open(): void {
        this.getRuntimeContext().getState(new ValueStateDescriptor('n'))
      }
      map(value: unknown): unknown {
        return value
      }
    }
    await assert.rejects(harnessOf(new Asking()).open(), isCode('KEYED_STATE_ON_NON_KEYED_STREAM', /Op .*'n'/))
    assert.throws(
      () =>
        new OneInputStreamOperatorTestHarness(
          bindingOf({ kind: 'reduce', function: { reduce: (a) => a } }),
          new TestOperatorContext(),
        ),
      isCode('KEYED_STATE_ON_NON_KEYED_STREAM', /_op_state/),
    )
  })

  it('select one key when a record is sent and another one when it arrives', async () => {
    let calls = 0
    const changing: KeySpec = { select: () => `key ${String((calls += 1))}`, kind: 'auto' }
    const binding = bindingOf({ kind: 'reduce', function: { reduce: (a) => a } }, changing)
    const harness = await new OneInputStreamOperatorTestHarness(binding, new TestOperatorContext()).open()
    assert.throws(
      () => {
        harness.processElement(['a'])
      },
      isCode('KEY_NOT_DETERMINISTIC', /^Op: its key selector gave 'key 2' for a record that was sent by another key/),
    )
    assert.deepEqual(harness.context.output.emitted, [])
  })

  it('accumulate what cannot travel: told when it is added, or at the end of the task', async () => {
    class Accumulating extends RichMapFunction<unknown, unknown> {
      readonly #valueAt: (records: number) => unknown
      #records = 0
      constructor(valueAt: (records: number) => unknown) {
        super()
        this.#valueAt = valueAt
      }
      override open(): void {
        const newest = { value: undefined as unknown }
        this.getRuntimeContext().addAccumulator('seen', {
          add: (value) => (newest.value = value),
          resetLocal: () => (newest.value = undefined),
          merge: (other) => (newest.value = other.getLocalValue()),
          getLocalValue: () => newest.value ?? this.#valueAt(this.#records),
        })
      }
      map(value: unknown): unknown {
        this.#records += 1
        return value
      }
    }
    const refused = isCode(
      'ACCUMULATOR_INVALID',
      /^Op: the local value of the accumulator 'seen' .* plain data: .*clone/,
    )
    const atOnce = new Accumulating(() => () => 1)
    await assert.rejects(harnessOf(atOnce).open(), refused)
    const later = await harnessOf(new Accumulating((records) => (records === 0 ? 0 : [() => 1]))).open()
    assert.equal(later.context.accumulators.parts()['seen']?.value, 0)
    later.processElement(1)
    // The job has done its work: that a result cannot be had is told by the result.
    const error = later.context.accumulators.parts()['seen']?.error
    assert.ok(error !== undefined && refused(deserializeError(error)))
    const empty = (records: number): unknown => (records === 0 ? assert.fail('nothing yet') : new Map([[1, records]]))
    const first = await harnessOf(new Accumulating(empty)).open()
    first.processElement(1)
    assert.deepEqual(first.context.accumulators.parts()['seen']?.value, new Map([[1, 1]]))
  })

  it('use keyed state outside of a record', async () => {
    class Late extends RichMapFunction<unknown, unknown> {
      #state: ValueState<number> | undefined
      override open(): void {
        this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('n'))
      }
      map(value: unknown): unknown {
        this.#state?.update(1)
        return value
      }
      notifyCheckpointComplete(): void {
        this.#state?.update(2)
      }
    }
    const binding = bindingOf({ kind: 'map', function: new Late() }, byFirst)
    const harness = await new OneInputStreamOperatorTestHarness(binding, new TestOperatorContext()).open()
    harness.processElement(['a'])
    await assert.rejects(harness.operator.notifyCheckpointComplete(1), isCode('STATE_ACCESS_WITHOUT_KEY', /'n'/))
  })
})

describe('StreamingRuntimeContext', () => {
  it('says who the subtask is and collects accumulators', async () => {
    class Telling extends RichMapFunction<unknown, unknown> {
      readonly #total = new IntCounter(42)
      override open(): void {
        this.getRuntimeContext().addAccumulator('total', this.#total)
      }
      map(): unknown {
        const context = this.getRuntimeContext()
        assert.equal(context.getAccumulator('total'), this.#total)
        assert.equal(context.getAccumulator('other'), null)
        context.getStandardOutput().write('hello\n')
        return [
          context.getTaskNameWithSubtasks(),
          context.getIndexOfThisSubtask(),
          context.getNumberOfParallelSubtasks(),
          context.getMaxNumberOfParallelSubtasks(),
          context.getAttemptNumber(),
        ]
      }
    }
    const taskInfo = { taskName: 'Map', subtaskIndex: 1, parallelism: 4, attemptNumber: 2 }
    const telling = new Telling()
    const harness = await harnessOf(telling, new TestOperatorContext({ taskInfo })).open()
    harness.processElement(1)
    assert.deepEqual(harness.context.output.values(), [['Map (2/4)#2', 1, 4, 128, 2]])
    assert.equal(harness.context.accumulators.parts()['total']?.value, 42)
    assert.equal(harness.context.standardOutput.text, 'hello\n')
    assert.throws(
      () => {
        telling.getRuntimeContext().addAccumulator('total', new IntCounter())
      },
      isCode('ACCUMULATOR_EXISTS', /^Op: the accumulator 'total' already exists/),
    )
  })
})
