/** What Flink's own tests of operators of two streams say about time: inputs and results of these are facts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BroadcastProcessFunction,
  type BroadcastProcessFunctionBaseContext,
} from '../../src/api/functions/broadcast-process-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { CoProcessFunction, KeyedCoProcessFunction } from '../../src/api/functions/co-process-function.js'
import {
  KeyedBroadcastProcessFunction,
  type KeyedBroadcastProcessFunctionOnTimerContext,
  type KeyedBroadcastProcessFunctionReadOnlyContext,
} from '../../src/api/functions/keyed-broadcast-process-function.js'
import type {
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
  ProcessFunctionContext,
} from '../../src/api/functions/process-function.js'
import type { KeySpec } from '../../src/api/dag/key-spec.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { bindingOf } from './operator-harness.js'
import { record, watermark } from './stream-elements.js'
import { TwoInputStreamOperatorTestHarness } from './two-input-stream-operator-test-harness.js'

const asText: KeySpec = { select: String, kind: 'auto' }

class Times extends CoProcessFunction<unknown, unknown, unknown> {
  processElement1(value: unknown, ctx: ProcessFunctionContext, out: Collector<unknown>): void {
    const timers = ctx.timerService()
    out.collect([value, timers.currentWatermark(), timers.currentProcessingTime(), ctx.timestamp()])
  }
  processElement2(value: unknown, ctx: ProcessFunctionContext, out: Collector<unknown>): void {
    this.processElement1(value, ctx, out)
  }
}

class SetsTimer extends CoProcessFunction<unknown, unknown, unknown> {
  processElement1(_value: unknown, ctx: ProcessFunctionContext): void {
    ctx.timerService().registerEventTimeTimer(1)
  }
  processElement2(_value: unknown, ctx: ProcessFunctionContext): void {
    ctx.timerService().deleteProcessingTimeTimer(1)
  }
}

class KeyOfTimers extends KeyedCoProcessFunction<string, unknown, unknown, unknown> {
  processElement1(value: unknown, ctx: KeyedProcessFunctionContext<string>, out: Collector<unknown>): void {
    out.collect(['input 1', value, ctx.getCurrentKey()])
    ctx.timerService().registerEventTimeTimer(5)
  }
  processElement2(value: unknown, ctx: KeyedProcessFunctionContext<string>, out: Collector<unknown>): void {
    out.collect(['input 2', value, ctx.getCurrentKey()])
    ctx.timerService().registerEventTimeTimer(6)
  }
  override onTimer(_time: number, ctx: KeyedProcessFunctionOnTimerContext<string>, out: Collector<unknown>): void {
    out.collect([ctx.getCurrentKey(), ctx.timeDomain(), ctx.timerService().currentWatermark()])
  }
}

const timesOf = (ctx: BroadcastProcessFunctionBaseContext): unknown[] => [
  ctx.currentWatermark(),
  ctx.currentProcessingTime(),
  ctx.timestamp(),
]

class BroadcastTimes extends BroadcastProcessFunction<unknown, unknown, unknown> {
  processElement(value: unknown, ctx: BroadcastProcessFunctionBaseContext, out: Collector<unknown>): void {
    out.collect([value, ...timesOf(ctx)])
  }
  processBroadcastElement(value: unknown, ctx: BroadcastProcessFunctionBaseContext, out: Collector<unknown>): void {
    out.collect(['broadcast', value, ...timesOf(ctx)])
  }
}

class KeyedBroadcastTimes extends KeyedBroadcastProcessFunction<string, unknown, unknown, unknown> {
  processElement(
    value: unknown,
    ctx: KeyedBroadcastProcessFunctionReadOnlyContext<string>,
    out: Collector<unknown>,
  ): void {
    ctx.timerService().registerEventTimeTimer(41)
    out.collect([value, ...timesOf(ctx)])
  }
  processBroadcastElement(value: unknown, ctx: BroadcastProcessFunctionBaseContext, out: Collector<unknown>): void {
    out.collect(['broadcast', value, ...timesOf(ctx)])
  }
  override onTimer(
    time: number,
    ctx: KeyedBroadcastProcessFunctionOnTimerContext<string>,
    out: Collector<unknown>,
  ): void {
    out.collect(['timer', time, ctx.getCurrentKey(), ctx.currentWatermark(), ctx.timestamp()])
  }
}

function both(harness: TwoInputStreamOperatorTestHarness, timestamp: number): void {
  harness.processWatermark1(timestamp)
  harness.processWatermark2(timestamp)
}

async function harnessOf(
  spec: Parameters<typeof bindingOf>[0],
  ...keys: readonly (KeySpec | undefined)[]
): Promise<TwoInputStreamOperatorTestHarness> {
  return new TwoInputStreamOperatorTestHarness(bindingOf(spec, ...keys)).open()
}

describe('CoProcessOperator', () => {
  it('tells each record its timestamp, the watermark of both inputs and the time of the clock', async () => {
    const harness = await harnessOf({ kind: 'co-process', function: new Times() }, undefined, undefined)
    both(harness, 17)
    harness.processElement1(5, 12)
    harness.processWatermark1(42)
    harness.setProcessingTime(1042)
    harness.processElement2('6')
    harness.processWatermark2(42)
    harness.processElement2('7', 13)
    assert.deepEqual(harness.context.output.take(), [
      watermark(17),
      record([5, 17, 1000, 12], 12),
      record(['6', 17, 1042, null]),
      watermark(42),
      record(['7', 42, 1042, 13], 13),
    ])
    await harness.finishAndClose()
  })

  it('has no timers', async () => {
    const harness = await harnessOf({ kind: 'co-process', function: new SetsTimer() }, undefined, undefined)
    const isRefusal = (error: unknown): boolean => FlinkError.is(error, 'TIMERS_ON_NON_KEYED_STREAM')
    assert.throws(() => harness.processElement1(1), isRefusal)
    assert.throws(() => harness.processElement2(1), isRefusal)
  })
})

describe('KeyedCoProcessOperator', () => {
  it('knows the key of records of both inputs, and of timers that either has set', async () => {
    const harness = await harnessOf({ kind: 'keyed-co-process', function: new KeyOfTimers() }, asText, asText)
    harness.processElement1(17, 42)
    harness.processElement2('18', 42)
    both(harness, 5)
    both(harness, 6)
    assert.deepEqual(harness.context.output.take(), [
      record(['input 1', 17, '17'], 42),
      record(['input 2', '18', '18'], 42),
      record(['17', 'EVENT_TIME', 5], 5),
      watermark(5),
      record(['18', 'EVENT_TIME', 6], 6),
      watermark(6),
    ])
    await harness.finishAndClose()
  })
})

describe('CoBroadcastWithNonKeyedOperator', () => {
  it('tells records of both streams the time', async () => {
    const spec = { kind: 'broadcast-process', function: new BroadcastTimes(), descriptors: [] } as const
    const harness = await harnessOf(spec, undefined, undefined)
    both(harness, 10)
    harness.processElement2(5, 12)
    both(harness, 40)
    harness.processElement1('6', 13)
    harness.processElement1('6', 15)
    both(harness, 50)
    assert.deepEqual(harness.context.output.take(), [
      watermark(10),
      record(['broadcast', 5, 10, 1000, 12], 12),
      watermark(40),
      record(['6', 40, 1000, 13], 13),
      record(['6', 40, 1000, 15], 15),
      watermark(50),
    ])
    await harness.finishAndClose()
  })
})

describe('CoBroadcastWithKeyedOperator', () => {
  it('tells records of both streams the time, and timers the watermark that they fire for', async () => {
    const spec = { kind: 'keyed-broadcast-process', function: new KeyedBroadcastTimes(), descriptors: [] } as const
    const harness = await harnessOf(spec, asText, undefined)
    both(harness, 10)
    harness.processElement2(5, 12)
    both(harness, 40)
    harness.processElement1('6', 13)
    harness.processElement1('6', 15)
    both(harness, 50)
    assert.deepEqual(harness.context.output.take(), [
      watermark(10),
      record(['broadcast', 5, 10, 1000, 12], 12),
      watermark(40),
      record(['6', 40, 1000, 13], 13),
      record(['6', 40, 1000, 15], 15),
      record(['timer', 41, '6', 50, 41], 41),
      watermark(50),
    ])
    await harness.finishAndClose()
  })
})
