/** The interval join in all modes, and what Flink's IntervalJoinOperatorTest feeds and expects. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { ProcessJoinFunction, type ProcessJoinFunctionContext } from '../../src/api/functions/process-join-function.js'
import { Types } from '../../src/api/types/types-table.js'
import { FlinkError, type ErrorCode } from '../../src/core/errors/flink-error.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { keyedPairBinding } from './join-case.js'
import { record, sideRecord, watermark } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'
import { testOperator } from './test-operator.js'
import { TEST_STATE_BACKENDS, type TestStateBackend } from './test-state-backends.js'
import { TwoInputStreamOperatorTestHarness } from './two-input-stream-operator-test-harness.js'
import type { Event } from './window-case.js'

const leftLate = new OutputTag<Event>('left late')
const rightLate = new OutputTag<Event>('right late')
const far = new OutputTag<string>('far')

class Pairs extends ProcessJoinFunction<Event, Event, unknown> {
  processElement(left: Event, right: Event, ctx: ProcessJoinFunctionContext, out: Collector<unknown>): void {
    if (ctx.getRightTimestamp() - ctx.getLeftTimestamp() > 4) ctx.output(far, `${left[0]}${String(ctx.getTimestamp())}`)
    else out.collect([left[0], left[1], right[1]])
  }
}

const EventType = Types.TUPLE(Types.STRING, Types.LONG) as never

testOperator('IntervalJoinOperator with bounds on both sides', {
  binding: () => keyedPairBinding((left, right) => left.intervalJoin(right).between(-2, 5).process(new Pairs())),
  inputs: [
    [
      record(['a', 1], 10),
      record(['c', 2], 10),
      watermark(9),
      record(['a', 3], 12),
      watermark(16),
      watermark(Infinity),
    ],
    [
      record(['a', 10], 8),
      record(['c', 20], 15),
      record(['a', 30], 7),
      record(['c', 40], 9),
      watermark(12),
      record(['a', 50], 17),
      record(['c', 60], 16),
      watermark(Infinity),
    ],
  ],
  expected: [
    record(['a', 1, 10], 10),
    sideRecord('far', 'c15', 15),
    record(['c', 2, 40], 10),
    watermark(12),
    sideRecord('far', 'a17', 17),
    watermark(Infinity),
  ],
})

testOperator('IntervalJoinOperator with declared types, exclusive bounds and late records', {
  binding: () =>
    keyedPairBinding(
      (left, right) =>
        left
          .intervalJoin(right)
          .between(0, 4)
          .lowerBoundExclusive()
          .upperBoundExclusive()
          .sideOutputLeftLateData(leftLate)
          .sideOutputRightLateData(rightLate)
          .process(new Pairs()),
      EventType,
    ),
  inputs: [
    [record(['a', 1], 10), watermark(11), record(['c', 2], 10), record(['c', 3], 12), watermark(20)],
    [
      record(['a', 10], 10),
      watermark(11),
      record(['a', 20], 13),
      record(['c', 30], 9),
      record(['a', 40], 14),
      watermark(20),
    ],
  ],
  expected: [
    watermark(11),
    sideRecord('left late', ['c', 2], 10),
    record(['a', 1, 20], 13),
    sideRecord('right late', ['c', 30], 9),
    watermark(20),
  ],
})

/** Records of one key whose value is their time. */
class FlinkCase {
  readonly #harness: TwoInputStreamOperatorTestHarness

  private constructor(harness: TwoInputStreamOperatorTestHarness) {
    this.#harness = harness
  }

  static async of(
    binding: OperatorBinding,
    restored?: OperatorSubtaskState,
    backend?: TestStateBackend,
  ): Promise<FlinkCase> {
    const context = new TestOperatorContext()
    backend?.install(context)
    return new FlinkCase(await new TwoInputStreamOperatorTestHarness(binding, context).open(restored))
  }

  left(...times: readonly number[]): this {
    for (const time of times) this.#harness.processElement1(['key', time], time)
    return this
  }

  right(...times: readonly number[]): this {
    for (const time of times) this.#harness.processElement2(['key', time], time)
    return this
  }

  time(time: number): this {
    this.#harness.processWatermark1(time)
    this.#harness.processWatermark2(time)
    return this
  }

  /** All of one side from 1 to 4, then all of the other, each with its watermark. */
  oneSideFaster(first: 'left' | 'right'): this {
    const harness = this.#harness
    const sides = first === 'left' ? (['left', 'right'] as const) : (['right', 'left'] as const)
    for (const side of sides) {
      for (let time = 1; time <= 4; time += 1) {
        this[side](time)
        if (side === 'left') harness.processWatermark1(time)
        else harness.processWatermark2(time)
      }
    }
    return this
  }

  assertPairs(...expected: readonly (readonly [number, number])[]): this {
    const records = this.#harness.context.output.emitted.filter(({ kind }) => kind === 'record')
    const pairs = records.map((element) => ('value' in element ? (element.value as readonly unknown[]).slice(1) : []))
    assert.deepEqual(pairs.map(String).sort(), expected.map(String).sort())
    return this
  }

  assertLate(tag: string, ...expected: readonly number[]): this {
    const late = this.#harness.context.output.emitted.flatMap((element) =>
      element.kind === 'side-record' && element.tag === tag ? [(element.value as Event)[1]] : [],
    )
    assert.deepEqual(late, expected)
    return this
  }

  get harness(): TwoInputStreamOperatorTestHarness {
    return this.#harness
  }
}

interface Bounds {
  readonly lower: number
  readonly upper: number
  readonly exclusive?: 'lower' | 'upper' | 'both'
}

function joined({ lower, upper, exclusive }: Bounds): OperatorBinding {
  return keyedPairBinding((left, right) => {
    const join = left.intervalJoin(right).between(lower, upper)
    if (exclusive === 'lower' || exclusive === 'both') join.lowerBoundExclusive()
    if (exclusive === 'upper' || exclusive === 'both') join.upperBoundExclusive()
    return join.sideOutputLeftLateData(leftLate).sideOutputRightLateData(rightLate).process(new Pairs())
  })
}

type PairList = readonly (readonly [number, number])[]

const BEFORE: PairList = [
  [2, 1],
  [3, 1],
  [3, 2],
  [4, 2],
  [4, 3],
]
const AFTER: PairList = [
  [1, 2],
  [1, 3],
  [2, 3],
  [2, 4],
  [3, 4],
]

const BOUNDS: readonly (readonly [title: string, bounds: Bounds, expected: PairList])[] = [
  ['after, up to an exclusive bound', { lower: 1, upper: 3, exclusive: 'upper' }, AFTER],
  ['the mirror of that', { lower: -3, upper: -1, exclusive: 'lower' }, BEFORE],
  ['before, both inclusive', { lower: -2, upper: -1 }, BEFORE],
  [
    'on both sides, inclusive',
    { lower: -1, upper: 1 },
    [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [2, 3],
      [3, 2],
      [3, 3],
      [3, 4],
      [4, 3],
      [4, 4],
    ],
  ],
  ['after, both inclusive', { lower: 1, upper: 2 }, AFTER],
  [
    'before, both exclusive',
    { lower: -3, upper: -1, exclusive: 'both' },
    [
      [3, 1],
      [4, 2],
    ],
  ],
  [
    'on both sides, exclusive',
    { lower: -1, upper: 1, exclusive: 'both' },
    [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ],
  ],
  [
    'after, both exclusive',
    { lower: 1, upper: 3, exclusive: 'both' },
    [
      [1, 3],
      [2, 4],
    ],
  ],
]

describe("the interval join gives what Flink's test expects", () => {
  for (const first of ['left', 'right'] as const) {
    for (const [title, bounds, expected] of BOUNDS) {
      it(`${title}, with the ${first} stream first`, async () => {
        const run = await FlinkCase.of(joined(bounds))
        run.oneSideFaster(first).assertPairs(...expected)
      })
    }
  }

  it('drops late records', async () => {
    const run = await FlinkCase.of(joined({ lower: -1, upper: 1 }))
    run.left(1).right(1).left(2).right(2).left(3).right(3).time(3).left(1).left(4).right(4).left(5).right(5)
    const pairs: PairList = [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [2, 3],
      [3, 2],
      [3, 3],
      [3, 4],
      [4, 3],
      [4, 4],
      [4, 5],
      [5, 4],
      [5, 5],
    ]
    run.assertPairs(...pairs)
  })

  it('sends late records of each stream into their side output', async () => {
    const run = await FlinkCase.of(joined({ lower: -1, upper: 1 }))
    run.left(3).right(3).time(3).left(4).right(4).left(1).right(2).left(5).right(5)
    run.assertPairs([3, 3], [3, 4], [4, 3], [4, 4], [4, 5], [5, 4], [5, 5])
    run.assertLate('left late', 1).assertLate('right late', 2)
  })

  it('joins what is not late with what Flink has not cleaned up yet, and with nothing else', async () => {
    // Of the right record of time 4, left ones of 3 and 4 are in reach; that of 3 was cleaned up when the watermark was 4.
    const run = await FlinkCase.of(joined({ lower: 0, upper: 1 }))
    run.left(3, 4).time(4).right(4).assertPairs([4, 4])
    // What comes when its cleanup time is over already stays until the watermark moves on.
    const stays = await FlinkCase.of(joined({ lower: -1, upper: 0 }))
    stays.time(4).left(4).right(4).assertPairs([4, 4]).time(5).right(5).assertPairs([4, 4])
  })

  for (const side of ['left', 'right'] as const) {
    it(`fails with a ${side} record without a timestamp`, async () => {
      const { harness } = await FlinkCase.of(joined({ lower: 0, upper: 0 }))
      const process = (): void => {
        if (side === 'left') harness.processElement1(['key', 1])
        else harness.processElement2(['key', 1])
      }
      assert.throws(
        process,
        (error) => FlinkError.is(error, 'JOIN_WITHOUT_TIMESTAMP') && error.message.includes(`its ${side} stream`),
      )
    })
  }

  it('counts late records that have no side output', async () => {
    const binding = keyedPairBinding((left, right) => left.intervalJoin(right).between(-1, 1).process(new Pairs()))
    const run = await FlinkCase.of(binding)
    run.time(5).left(4).right(3, 2)
    assert.equal(run.harness.context.metrics.counter('numLateRecordsDropped').getCount(), 3)
  })

  it('joins what is no more late after a restore with what waited in the snapshot, and with nothing else', async () => {
    const binding = joined({ lower: 0, upper: 5 })
    const run = await FlinkCase.of(binding)
    // Flink cleaned the left record of 10 up at 15; here it goes when its key is looked at next.
    const state = await run.left(10, 18).time(20).harness.snapshot()
    const restored = await FlinkCase.of(binding, state)
    restored.right(12, 19).assertPairs([18, 19]).assertLate('right late')
    // Both late before, and in time now.
    restored.left(11).assertPairs([18, 19], [11, 12])
    const again = await FlinkCase.of(binding, await restored.harness.snapshot())
    again.right(13).assertPairs([11, 13]).time(30).left(12).assertLate('left late', 12)
  })

  for (const backend of TEST_STATE_BACKENDS) {
    it(`keeps what came after the watermark that is its cleanup time over a restore, and only that, on ${backend.name}`, async () => {
      const binding = joined({ lower: -3, upper: -3 })
      const run = await FlinkCase.of(binding, undefined, backend)
      // Flink has a timer of the second 4, which fires with the next watermark; that of the first has fired.
      const state = await run.left(4).time(4).left(4, 9).harness.snapshot()
      const restored = await FlinkCase.of(binding, state, backend)
      restored.right(1).assertPairs([4, 1])
      // Then it is over, and no more there when time begins anew once more.
      const again = await FlinkCase.of(binding, await restored.time(4).harness.snapshot(), backend)
      again.right(1).assertPairs()
    })

    it(`joins what came after the watermark that is its cleanup time until the next one, on ${backend.name}`, async () => {
      const run = await FlinkCase.of(joined({ lower: 0, upper: 0 }), undefined, backend)
      run.left(4).time(4).left(4, 9).right(9, 4).assertPairs([9, 9], [4, 4])
    })

    it(`has no state once all of it is over, on ${backend.name}`, async () => {
      const run = await FlinkCase.of(joined({ lower: -1, upper: 2 }), undefined, backend)
      run.left(1, 2, 3).right(1, 2).time(4)
      assert.notEqual(await run.harness.snapshot(), undefined)
      run.time(5)
      assert.equal(await run.harness.snapshot(), undefined)
    })

    for (const other of TEST_STATE_BACKENDS) {
      it(`has none once all of it is over, from ${backend.name} to ${other.name} before the first watermark and after it`, async () => {
        const binding = joined({ lower: -1, upper: 2 })
        const first = await FlinkCase.of(binding, undefined, backend)
        const second = await FlinkCase.of(binding, await first.left(1, 2).right(3).harness.snapshot(), other)
        const third = await FlinkCase.of(binding, await second.time(2).left(2, 4).harness.snapshot(), backend)
        const state = await third.harness.snapshot()
        const last = await FlinkCase.of(binding, state, other)
        last.time(5)
        assert.notEqual(await last.harness.snapshot(), undefined)
        last.time(6)
        assert.equal(await last.harness.snapshot(), undefined)
      })
    }
  }
})

describe('a ProcessJoinFunction', () => {
  const mistakes: readonly [what: string, code: ErrorCode, text: string, processElement: unknown][] = [
    ['a promise', 'ASYNC_NOT_ALLOWED', 'processElement', () => Promise.resolve()],
    ['an array of results', 'RESULTS_NOT_COLLECTED', 'processElement', () => [1]],
    [
      'a side output without a tag',
      'OPERATOR_FAILED',
      'ctx.output takes an OutputTag',
      (_left: unknown, _right: unknown, ctx: ProcessJoinFunctionContext) => {
        ctx.output('late' as never, 1)
      },
    ],
  ]
  for (const [what, code, text, processElement] of mistakes) {
    it(`must not give ${what}`, async () => {
      const binding = keyedPairBinding((left, right) =>
        left
          .intervalJoin(right)
          .between(0, 1)
          .process({ processElement } as never),
      )
      const run = await FlinkCase.of(binding)
      run.left(1)
      assert.throws(
        () => run.right(1),
        (error) => FlinkError.is(error, code) && error.message.includes(text),
      )
    })
  }
})
