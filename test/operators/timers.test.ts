import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import {
  KeyedProcessFunction,
  ProcessFunction,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type ProcessFunctionContext,
} from '../../src/api/functions/process-function.js'
import type { TimerService } from '../../src/api/functions/timer-service.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { KeyedOneInputStreamOperatorTestHarness } from './keyed-one-input-stream-operator-test-harness.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { processingTime, record, sideRecord, watermark } from './stream-elements.js'
import { testOperator } from './test-operator.js'

type Event = readonly [key: string, time: number]

const fired = new OutputTag<string>('fired')

/** A timer a record; counts those of its key that have fired. */
abstract class Counting extends KeyedProcessFunction<string, Event, unknown> {
  #count: ValueState<number> | undefined
  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count', Types.INT))
  }
  override onTimer(time: number, ctx: KeyedProcessFunctionOnTimerContext<string>, out: Collector<unknown>): void {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    out.collect([ctx.getCurrentKey(), count, time, ctx.timestamp(), ctx.timeDomain()])
    ctx.output(fired, `${ctx.getCurrentKey()}${String(count)}`)
  }
}

class ByEventTime extends Counting {
  processElement([, time]: Event, ctx: KeyedProcessFunctionContext<string>): void {
    ctx.timerService().registerEventTimeTimer(time)
  }
}

class ByProcessingTime extends Counting {
  processElement([, time]: Event, ctx: KeyedProcessFunctionContext<string>): void {
    ctx.timerService().registerProcessingTimeTimer(time)
  }
}

testOperator('KeyedProcessOperator with event-time timers', {
  binding: () => bindingOf({ kind: 'keyed-process', function: new ByEventTime() }, byFirst),
  inputs: [
    [
      record(['a', 10], 1),
      record(['a', 5], 2),
      record(['a', 5], 3),
      watermark(4),
      record(['c', 4], 4),
      record(['a', 7], 4),
      watermark(9),
      record(['a', 30], 9),
      watermark(20),
      watermark(Infinity),
    ],
  ],
  slices: true,
  expected: [
    watermark(4),
    record(['c', 1, 4, 4, 'EVENT_TIME'], 4),
    sideRecord('fired', 'c1', 4),
    record(['a', 1, 5, 5, 'EVENT_TIME'], 5),
    sideRecord('fired', 'a1', 5),
    record(['a', 2, 7, 7, 'EVENT_TIME'], 7),
    sideRecord('fired', 'a2', 7),
    watermark(9),
    record(['a', 3, 10, 10, 'EVENT_TIME'], 10),
    sideRecord('fired', 'a3', 10),
    watermark(20),
    record(['a', 4, 30, 30, 'EVENT_TIME'], 30),
    sideRecord('fired', 'a4', 30),
    watermark(Infinity),
  ],
})

testOperator('KeyedProcessOperator with processing-time timers', {
  binding: () => bindingOf({ kind: 'keyed-process', function: new ByProcessingTime() }, byFirst),
  inputs: [
    [
      record(['a', 3000], 1),
      record(['a', 2000], 2),
      record(['a', 2000], 3),
      record(['c', 2500], 3),
      record(['a', 9000], 4),
      processingTime(2100),
      record(['c', 100], 4),
      processingTime(4000),
    ],
  ],
  expected: [
    record(['a', 1, 2000, 2000, 'PROCESSING_TIME']),
    sideRecord('fired', 'a1', 2000),
    record(['c', 1, 100, 100, 'PROCESSING_TIME']),
    sideRecord('fired', 'c1', 100),
    record(['c', 2, 2500, 2500, 'PROCESSING_TIME']),
    sideRecord('fired', 'c2', 2500),
    record(['a', 2, 3000, 3000, 'PROCESSING_TIME']),
    sideRecord('fired', 'a2', 3000),
  ],
})

class WithTimerService extends ProcessFunction<Event, unknown> {
  readonly #use: (timers: TimerService, ctx: ProcessFunctionContext) => unknown
  constructor(use: (timers: TimerService, ctx: ProcessFunctionContext) => unknown) {
    super()
    this.#use = use
  }
  processElement(_event: Event, ctx: ProcessFunctionContext, out: Collector<unknown>): void {
    out.collect(this.#use(ctx.timerService(), ctx))
  }
  override onTimer(timestamp: number, ctx: { timeDomain(): string }, out: Collector<unknown>): void {
    out.collect(`${ctx.timeDomain()} ${String(timestamp)}`)
  }
}

testOperator('ProcessOperator on a keyed stream, which has timers', {
  binding: () => {
    const userFunction = new WithTimerService((timers, ctx) => {
      timers.registerEventTimeTimer((ctx.timestamp() ?? 0) + 10)
      return timers.currentWatermark()
    })
    return bindingOf({ kind: 'keyed-process', function: userFunction }, byFirst)
  },
  inputs: [[record(['a', 1], 1), watermark(5), record(['c', 1], 6), record(['a', 2], 6), watermark(12)]],
  expected: [
    record(-Infinity, 1),
    watermark(5),
    record(5, 6),
    record(5, 6),
    record('EVENT_TIME 11', 11),
    watermark(12),
  ],
  inMode: { 'restore with another parallelism': { leftOut: 'the last third is a watermark alone' } },
})

describe('The TimerService of a ProcessFunction', () => {
  it('knows the time without a key, and refuses timers there', async () => {
    for (const method of [
      'registerEventTimeTimer',
      'registerProcessingTimeTimer',
      'deleteEventTimeTimer',
      'deleteProcessingTimeTimer',
    ] as const) {
      const seen: number[] = []
      const userFunction = new WithTimerService((timers) => {
        seen.push(timers.currentWatermark(), timers.currentProcessingTime())
        timers[method](5)
      })
      const harness = new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'process', function: userFunction }))
      await harness.open()
      harness.processWatermark(7)
      assert.throws(
        () => {
          harness.processElement(['a', 1])
        },
        { code: 'TIMERS_ON_NON_KEYED_STREAM', message: /^Op / },
      )
      assert.deepEqual(seen, [7, harness.context.clock.now()])
      await harness.close()
    }
  })

  it('refuses a timer that a function made of the timestamp of a record without one', async () => {
    const timerAt = async (timestamp: number): Promise<void> => {
      const userFunction = new WithTimerService((timers, ctx) => {
        timers.registerEventTimeTimer((ctx.timestamp() as number) + timestamp)
      })
      const binding = bindingOf({ kind: 'keyed-process', function: userFunction }, byFirst)
      const harness = await new OneInputStreamOperatorTestHarness(binding).open()
      harness.processElement(['a', 1])
      await harness.close()
    }
    const message =
      /^Op: 5000, for a record without a timestamp, is no time for a timer\..*WatermarkStrategy of fromSource/
    await assert.rejects(timerAt(5000), { code: 'TIMER_TIMESTAMP_INVALID', message })
    await timerAt(Date.UTC(2026, 0))
  })

  it('fails the operator when onTimer throws or returns a promise', async () => {
    for (const [onTimer, expected] of [
      [() => Promise.resolve(), { code: 'ASYNC_NOT_ALLOWED', message: /Op: onTimer/ }],
      [
        () => {
          throw new Error('boom')
        },
        { code: 'OPERATOR_FAILED', message: /Op.*boom/s },
      ],
    ] as const) {
      const userFunction = new WithTimerService((timers) => {
        timers.registerEventTimeTimer(5)
        timers.registerProcessingTimeTimer(5)
      })
      Object.assign(userFunction, { onTimer })
      const spec = { kind: 'keyed-process', function: userFunction } as const
      const harness = new KeyedOneInputStreamOperatorTestHarness(spec, byFirst)
      await harness.open()
      harness.processElement(['a', 1])
      assert.throws(() => {
        harness.processWatermark(5)
      }, expected)
      assert.throws(() => {
        harness.setProcessingTime(5000)
      }, expected)
      await harness.close()
    }
  })
})
