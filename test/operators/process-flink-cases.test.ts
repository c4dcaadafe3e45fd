/** What Flink's own tests of process functions on one and two streams, and of CoMap and CoFlatMap, feed and expect, case by case. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeySpec } from '../../src/api/dag/key-spec.js'
import type { OperatorSpec } from '../../src/api/dag/operator-spec.js'
import { RichCoFlatMapFunction } from '../../src/api/functions/co-flat-map-function.js'
import { RichCoMapFunction } from '../../src/api/functions/co-map-function.js'
import { CoProcessFunction } from '../../src/api/functions/co-process-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import {
  KeyedProcessFunction,
  ProcessFunction,
  type ProcessFunctionContext,
  type ProcessFunctionOnTimerContext,
} from '../../src/api/functions/process-function.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { bindingOf } from './operator-harness.js'
import { record, sideRecord, watermark, type OutputElement } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { TwoInputStreamOperatorTestHarness } from './two-input-stream-operator-test-harness.js'

type Domain = 'event' | 'processing'
type Out = Collector<unknown>
type OnElement = (value: unknown, ctx: ProcessFunctionContext, out: Out, seen: ValueState<string> | undefined) => void

const NUMBERS = new OutputTag<unknown>('int-out')
const LONGS = new OutputTag<unknown>('long-out')
const SEEN = new ValueStateDescriptor<string>('seen-element', Types.STRING)
const asText: KeySpec = { select: String, kind: 'auto' }

/** Timers by one of the two times. */
function timersOf(
  domain: Domain,
  ctx: ProcessFunctionContext,
): { now: number; set(at: number): void; delete(at: number): void } {
  const timers = ctx.timerService()
  if (domain === 'event') {
    return {
      now: timers.currentWatermark(),
      set: (at) => {
        timers.registerEventTimeTimer(at)
      },
      delete: (at) => {
        timers.deleteEventTimeTimer(at)
      },
    }
  }
  return {
    now: timers.currentProcessingTime(),
    set: (at) => {
      timers.registerProcessingTimeTimer(at)
    },
    delete: (at) => {
      timers.deleteProcessingTimeTimer(at)
    },
  }
}

const FUNCTIONS = {
  querying:
    (domain: Domain): OnElement =>
    (value, ctx, out) => {
      out.collect(`${String(value)}TIME:${String(timersOf(domain, ctx).now)} TS:${String(ctx.timestamp())}`)
    },
  triggering:
    (domain: Domain): OnElement =>
    (value, ctx, out) => {
      out.collect(value)
      const timers = timersOf(domain, ctx)
      timers.set(timers.now + 5)
    },
  stateful:
    (domain: Domain): OnElement =>
    (value, ctx, out, seen) => {
      const timers = timersOf(domain, ctx)
      if (seen?.value() === null) {
        out.collect(`INPUT:${String(value)}`)
        seen.update(String(value))
        timers.set(timers.now + 5)
      } else {
        seen?.clear()
        timers.delete(timers.now + 4)
      }
    },
  both: (): OnElement => (_value, ctx) => {
    ctx.timerService().registerProcessingTimeTimer(5)
    ctx.timerService().registerEventTimeTimer(6)
  },
  sides: (): OnElement => (value, ctx, out) => {
    out.collect(`IN:${String(value)}`)
    ctx.output(NUMBERS, value)
    ctx.output(LONGS, value)
  },
  nullTag: (): OnElement => (value, ctx) => {
    ctx.output(null as unknown as OutputTag<unknown>, value)
  },
} as const

/** Says what fired, and what was seen of the key. */
function fired(ctx: ProcessFunctionOnTimerContext, out: Out, seen: ValueState<string> | undefined): void {
  out.collect(`${ctx.timeDomain()} ${seen?.value() ?? 'nothing'}`)
}

class Keyed extends KeyedProcessFunction<unknown, unknown, unknown> {
  readonly #onElement: OnElement
  #seen: ValueState<string> | undefined
  constructor(onElement: OnElement) {
    super()
    this.#onElement = onElement
  }
  override open(): void {
    this.#seen = this.getRuntimeContext().getState(SEEN)
  }
  processElement(value: unknown, ctx: ProcessFunctionContext, out: Out): void {
    this.#onElement(value, ctx, out, this.#seen)
  }
  override onTimer(_at: number, ctx: ProcessFunctionOnTimerContext, out: Out): void {
    fired(ctx, out, this.#seen)
  }
}

/** The older form, on a keyed stream too. */
class Plain extends ProcessFunction<unknown, unknown> {
  readonly #onElement: OnElement
  readonly #isKeyed: boolean
  #seen: ValueState<string> | undefined
  constructor(onElement: OnElement, stream: 'keyed' | 'not keyed') {
    super()
    this.#onElement = onElement
    this.#isKeyed = stream === 'keyed'
  }
  override open(): void {
    if (this.#isKeyed) this.#seen = this.getRuntimeContext().getState(SEEN)
  }
  processElement(value: unknown, ctx: ProcessFunctionContext, out: Out): void {
    this.#onElement(value, ctx, out, this.#seen)
  }
  override onTimer(_at: number, ctx: ProcessFunctionOnTimerContext, out: Out): void {
    fired(ctx, out, this.#seen)
  }
}

class OfTwo extends CoProcessFunction<unknown, unknown, unknown> {
  readonly #onElement: OnElement
  #seen: ValueState<string> | undefined
  constructor(onElement: OnElement) {
    super()
    this.#onElement = onElement
  }
  override open(): void {
    this.#seen = this.getRuntimeContext().getState(SEEN)
  }
  processElement1(value: unknown, ctx: ProcessFunctionContext, out: Out): void {
    this.#onElement(value, ctx, out, this.#seen)
  }
  processElement2(value: unknown, ctx: ProcessFunctionContext, out: Out): void {
    this.#onElement(value, ctx, out, this.#seen)
  }
  override onTimer(_at: number, ctx: ProcessFunctionOnTimerContext, out: Out): void {
    fired(ctx, out, this.#seen)
  }
}

/** A record of an input, a watermark of all of them, or the time of the clock, whose ms is over after it. */
type Step =
  | readonly [input: 0 | 1, value: unknown, timestamp?: number]
  | { readonly watermark: number }
  | { readonly clock: number }

function run(harness: StreamOperatorTestHarness, inputs: number, steps: readonly Step[]): OutputElement[] {
  for (const step of steps) {
    if ('clock' in step) harness.setProcessingTime(step.clock)
    else if ('watermark' in step) for (let i = 0; i < inputs; i += 1) harness.completeWatermark(i, step.watermark)
    else harness.processElementOf(Math.min(step[0], inputs - 1), step[1], step[2])
  }
  return harness.context.output.take()
}

interface Operator {
  readonly test: string
  readonly inputs: number
  readonly isKeyed: boolean
  readonly spec: (onElement: OnElement) => OperatorSpec
}

const OPERATORS: readonly Operator[] = [
  {
    test: 'KeyedProcessOperatorTest',
    inputs: 1,
    isKeyed: true,
    spec: (onElement) => ({ kind: 'keyed-process', function: new Keyed(onElement) }),
  },
  {
    test: 'LegacyKeyedProcessOperatorTest',
    inputs: 1,
    isKeyed: true,
    spec: (onElement) => ({ kind: 'keyed-process', function: new Plain(onElement, 'keyed') }),
  },
  {
    test: 'ProcessOperatorTest',
    inputs: 1,
    isKeyed: false,
    spec: (onElement) => ({ kind: 'process', function: new Plain(onElement, 'not keyed') }),
  },
  {
    test: 'LegacyKeyedCoProcessOperatorTest',
    inputs: 2,
    isKeyed: true,
    spec: (onElement) => ({ kind: 'keyed-co-process', function: new OfTwo(onElement) }),
  },
]

for (const { test, inputs, isKeyed, spec } of OPERATORS) {
  const open = (onElement: OnElement, state?: Parameters<StreamOperatorTestHarness['open']>[0]) => {
    const keys = Array.from({ length: inputs }, () => (isKeyed ? asText : undefined))
    const context = new TestOperatorContext({ nowMs: 0 })
    return new StreamOperatorTestHarness(bindingOf(spec(onElement), ...keys), context).open(state)
  }
  const after = async (onElement: OnElement, steps: readonly Step[]): Promise<OutputElement[]> => {
    const harness = await open(onElement)
    const output = run(harness, inputs, steps)
    await harness.close()
    return output
  }

  describe(test, () => {
    it('testTimestampAndWatermarkQuerying', async () => {
      const steps: Step[] = [{ watermark: 17 }, [0, 5, 12], { watermark: 42 }, [1, '6', 13]]
      assert.deepEqual(await after(FUNCTIONS.querying('event'), steps), [
        watermark(17),
        record('5TIME:17 TS:12', 12),
        watermark(42),
        record('6TIME:42 TS:13', 13),
      ])
    })

    it('testTimestampAndProcessingTimeQuerying', async () => {
      const steps: Step[] = [{ clock: 17 }, [0, 5], { clock: 42 }, [1, '6']]
      assert.deepEqual(await after(FUNCTIONS.querying('processing'), steps), [
        record('5TIME:17 TS:null'),
        record('6TIME:42 TS:null'),
      ])
    })

    it('testSideOutput, testNullOutputTagRefusal', async () => {
      assert.deepEqual(await after(FUNCTIONS.sides(), [[0, 42, 17]]), [
        record('IN:42', 17),
        sideRecord('int-out', 42, 17),
        sideRecord('long-out', 42, 17),
      ])
      await assert.rejects(after(FUNCTIONS.nullTag(), [[0, 5]]), (error) => FlinkError.is(error))
    })

    if (!isKeyed) return

    it('testEventTimeTimers', async () => {
      const steps: Step[] = [{ watermark: 0 }, [0, 17, 42], { watermark: 5 }]
      assert.deepEqual(await after(FUNCTIONS.triggering('event'), steps), [
        watermark(0),
        record(17, 42),
        record('EVENT_TIME nothing', 5),
        watermark(5),
      ])
    })

    it('testProcessingTimeTimers', async () => {
      assert.deepEqual(await after(FUNCTIONS.triggering('processing'), [[0, 17], { clock: 6 }]), [
        record(17),
        record('PROCESSING_TIME nothing'),
      ])
    })

    it('testEventTimeTimerWithState', async () => {
      const steps: Step[] = [{ watermark: 1 }, [0, 17, 0], [0, 13, 0], { watermark: 2 }, [0, 13, 1], [1, '42', 1]]
      assert.deepEqual(await after(FUNCTIONS.stateful('event'), [...steps, { watermark: 6 }, { watermark: 7 }]), [
        watermark(1),
        record('INPUT:17', 0),
        record('INPUT:13', 0),
        watermark(2),
        record('INPUT:42', 1),
        record('EVENT_TIME 17', 6),
        watermark(6),
        record('EVENT_TIME 42', 7),
        watermark(7),
      ])
    })

    it('testProcessingTimeTimerWithState', async () => {
      const steps: Step[] = [
        { clock: 1 },
        [0, 17],
        [0, 13],
        { clock: 2 },
        [0, 13],
        [1, '42'],
        { clock: 7 },
        { clock: 8 },
      ]
      assert.deepEqual(await after(FUNCTIONS.stateful('processing'), steps), [
        record('INPUT:17'),
        record('INPUT:13'),
        record('INPUT:42'),
        record('PROCESSING_TIME 17'),
        record('PROCESSING_TIME 42'),
      ])
    })

    it('testSnapshotAndRestore', async () => {
      const before = await open(FUNCTIONS.both())
      run(before, inputs, [
        [0, 5, 12],
        [1, '5', 12],
      ])
      const snapshot = await before.snapshot()
      const harness = await open(FUNCTIONS.both(), snapshot)
      assert.deepEqual(run(harness, inputs, [{ clock: 6 }, { watermark: 6 }]), [
        record('PROCESSING_TIME nothing'),
        record('EVENT_TIME nothing', 6),
        watermark(6),
      ])
      await harness.close()
    })
  })
}

const life: string[] = []

class LivingMap extends RichCoMapFunction<unknown, unknown, unknown> {
  override open(): void {
    life.push('open')
  }
  override close(): void {
    life.push('close')
  }
  map1(value: unknown): unknown {
    life.push('map1')
    return String(value)
  }
  map2(value: unknown): unknown {
    life.push('map2')
    return String(value)
  }
}

class LivingFlatMap extends RichCoFlatMapFunction<string, unknown, unknown> {
  override open(): void {
    life.push('open')
  }
  override close(): void {
    life.push('close')
  }
  flatMap1(value: string, out: Out): void {
    life.push('map1')
    for (const letter of value) out.collect(letter)
  }
  flatMap2(value: unknown, out: Out): void {
    life.push('map2')
    out.collect(String(value))
  }
}

describe('CoStreamMapTest, CoStreamFlatMapTest', () => {
  const openTwo = (spec: OperatorSpec): Promise<TwoInputStreamOperatorTestHarness> =>
    new TwoInputStreamOperatorTestHarness(bindingOf(spec, undefined, undefined)).open()

  it('testCoMap', async () => {
    const harness = await openTwo({ kind: 'co-map', function: new LivingMap() })
    for (const time of [1, 2, 3]) harness.processElement1(1 + time / 10, time)
    harness.processWatermark1(3)
    for (const time of [4, 5]) harness.processElement1(1 + time / 10, time)
    for (const time of [1, 2]) harness.processElement2(time, time)
    harness.processWatermark2(2)
    for (const time of [3, 4, 5]) harness.processElement2(time, time)
    assert.deepEqual(harness.context.output.take(), [
      ...[1, 2, 3, 4, 5].map((time) => record(`1.${String(time)}`, time)),
      ...[1, 2].map((time) => record(String(time), time)),
      watermark(2),
      ...[3, 4, 5].map((time) => record(String(time), time)),
    ])
  })

  it('testCoFlatMap', async () => {
    const harness = await openTwo({ kind: 'co-flat-map', function: new LivingFlatMap() })
    harness.processElement1('abc', 1)
    harness.processElement1('def', 2)
    harness.processWatermark1(2)
    harness.processElement1('ghi', 3)
    for (const time of [1, 2]) harness.processElement2(time, time)
    harness.processWatermark2(3)
    for (const time of [3, 4, 5]) harness.processElement2(time, time)
    assert.deepEqual(harness.context.output.take(), [
      ...Array.from('abcdefghi', (letter, index) => record(letter, 1 + Math.floor(index / 3))),
      ...[1, 2].map((time) => record(String(time), time)),
      watermark(2),
      ...[3, 4, 5].map((time) => record(String(time), time)),
    ])
  })

  it('testOpenClose', async () => {
    const specs = [
      { kind: 'co-map', function: new LivingMap() },
      { kind: 'co-flat-map', function: new LivingFlatMap() },
    ] as const
    for (const spec of specs) {
      life.length = 0
      const harness = await openTwo(spec)
      harness.processElement1('Hello', 0)
      harness.processElement2(42, 0)
      await harness.finishAndClose()
      assert.deepEqual(life, ['open', 'map1', 'map2', 'close'])
    }
  })
})
