/** TimestampsAndWatermarksOperator: records get their time, and the stream its watermarks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { WatermarkGenerator } from '../../src/api/eventtime/watermark-generator.js'
import { WatermarkStrategy } from '../../src/api/eventtime/watermark-strategy.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import type { WatermarkOutput } from '../../src/api/eventtime/watermark-output.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { bindingOf } from './operator-harness.js'
import { processingTime, record, status, watermark, type InputElement, type RecordElement } from './stream-elements.js'
import { testOperator } from './test-operator.js'

interface Told {
  readonly t: number
  readonly wm?: number
}

function assigning(strategy: WatermarkStrategy<never>): () => OperatorBinding {
  return () => bindingOf({ kind: 'timestamps-and-watermarks', strategy: strategy })
}

/** Emits what the record says; of time it knows nothing else. */
const asTold = WatermarkStrategy.forGenerator<Told>(() => ({
  onEvent: ({ wm }, _timestamp, output) => {
    if (wm !== undefined) output.emitWatermark(wm)
  },
  onPeriodicEmit: () => undefined,
})).withTimestampAssigner(({ t }) => t)

const told = (t: number, wm?: number): InputElement => record(wm === undefined ? { t } : { t, wm })
const out = (t: number, wm?: number): RecordElement => record(wm === undefined ? { t } : { t, wm }, t)

const restoresAnew = { leftOut: 'watermarks begin anew after a restore, as in Flink; shown below' }
const WITHOUT_RESTORE = {
  'restore after every element': restoresAnew,
  'restore after every second element': restoresAnew,
  'restore at the end': restoresAnew,
  'restore while elements wait': restoresAnew,
  'restore with another parallelism': restoresAnew,
} as const

testOperator('TimestampsAndWatermarksOperator with a generator that follows the records', {
  binding: assigning(asTold),
  inputs: [
    [told(5), told(7, 6), told(6), told(9, 6), told(8, 4), watermark(50), told(20, 12), status('idle'), told(15, 30)],
  ],
  // One that is not greater than the last is ignored, and so is what upstream says of time.
  expected: [
    out(5),
    out(7, 6),
    watermark(6),
    out(6),
    out(9, 6),
    out(8, 4),
    out(20, 12),
    watermark(12),
    out(15, 30),
    watermark(30),
  ],
  inMode: WITHOUT_RESTORE,
})

testOperator('TimestampsAndWatermarksOperator with watermarks that rise from record to record', {
  binding: assigning(asTold),
  inputs: [
    [told(5, 4), told(7, 6), told(6), status('idle'), told(9, 8), watermark(100), status('active'), told(20, 19)],
  ],
  expected: [
    out(5, 4),
    watermark(4),
    out(7, 6),
    watermark(6),
    out(6),
    out(9, 8),
    watermark(8),
    out(20, 19),
    watermark(19),
  ],
  inMode: { 'restore with another parallelism': { leftOut: 'each subtask makes watermarks of its own records' } },
})

testOperator('TimestampsAndWatermarksOperator at the end of the data', {
  binding: assigning(WatermarkStrategy.forMonotonousTimestamps<Told>().withTimestampAssigner(({ t }) => t)),
  inputs: [[told(5), told(7), watermark(Number.POSITIVE_INFINITY)]],
  expected: [out(5), out(7), watermark(Number.POSITIVE_INFINITY)],
  inMode: WITHOUT_RESTORE,
})

testOperator('TimestampsAndWatermarksOperator with periodic watermarks', {
  binding: assigning(WatermarkStrategy.forBoundedOutOfOrderness<Told>(3).withTimestampAssigner(({ t }) => t)),
  inputs: [
    [
      processingTime(1201),
      told(4),
      told(13),
      told(10),
      processingTime(1402),
      told(11),
      processingTime(1603),
      told(20),
      processingTime(1804),
    ],
  ],
  expected: [out(4), out(13), out(10), watermark(9), out(11), out(20), watermark(16)],
  inMode: WITHOUT_RESTORE,
})

testOperator('TimestampsAndWatermarksOperator that emits what is left when it finishes', {
  binding: assigning(WatermarkStrategy.forBoundedOutOfOrderness<Told>(3).withTimestampAssigner(({ t }) => t)),
  inputs: [[told(4), told(13)]],
  expected: [out(4), out(13), watermark(9)],
  inMode: WITHOUT_RESTORE,
})

/** Several watermarks, and a pause, with one record. */
class Stuttering implements WatermarkGenerator<Told> {
  onEvent({ t }: Told, _timestamp: number, output: Parameters<WatermarkGenerator<Told>['onEvent']>[2]): void {
    output.emitWatermark(t)
    output.emitWatermark(t + 1)
    output.markIdle()
    if (t % 2 === 0) output.markActive()
  }
  onPeriodicEmit(): void {
    return undefined
  }
}

testOperator('TimestampsAndWatermarksOperator with a generator that says several things about one record', {
  binding: assigning(WatermarkStrategy.forGenerator<Told>(() => new Stuttering()).withTimestampAssigner(({ t }) => t)),
  inputs: [[told(1), told(5), told(10)]],
  expected: [
    ...[out(1), watermark(1), watermark(2), status('idle')],
    ...[out(5), status('active'), watermark(5), watermark(6), status('idle')],
    ...[out(10), status('active'), watermark(10), watermark(11), status('idle'), status('active')],
  ],
  inMode: WITHOUT_RESTORE,
})

testOperator('TimestampsAndWatermarksOperator without watermarks', {
  binding: assigning(WatermarkStrategy.noWatermarks<Told>().withTimestampAssigner(({ t }) => t)),
  inputs: [[told(5), watermark(3), told(7), processingTime(1500), status('idle'), watermark(Number.POSITIVE_INFINITY)]],
  expected: [out(5), out(7), watermark(Number.POSITIVE_INFINITY)],
  inMode: { 'restore with another parallelism': { leftOut: 'all its records have no key' } },
})

const RECORDS = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? record(n) : record(n, n)))
testOperator('TimestampsAndWatermarksOperator that leaves the timestamps of the source', {
  binding: assigning(WatermarkStrategy.noWatermarks<never>()),
  inputs: [RECORDS],
  expected: RECORDS,
})

testOperator('TimestampsAndWatermarksOperator with idleness', {
  binding: assigning(
    WatermarkStrategy.forMonotonousTimestamps<Told>()
      .withTimestampAssigner(({ t }) => t)
      .withIdleness(300),
  ),
  inputs: [
    [
      told(4),
      // It finds a record, then none for the first time, and 402 ms later none since 402 ms.
      ...[1201, 1402, 1603, 1804].map(processingTime),
      told(3),
      processingTime(2005),
      told(20),
      processingTime(2206),
    ],
  ],
  // The record that brings no later watermark does not make it active, as in Flink.
  expected: [out(4), watermark(3), status('idle'), out(3), out(20), status('active'), watermark(19)],
  inMode: {
    ...WITHOUT_RESTORE,
    'output that is full every other time': { leftOut: 'that no record can come in is not idleness; shown below' },
  },
})

describe('TimestampsAndWatermarksOperator', () => {
  const open = (strategy: WatermarkStrategy<never>, interval = '50 ms'): Promise<OneInputStreamOperatorTestHarness> => {
    const context = new TestOperatorContext({ nowMs: 0 })
    context.configuration.setString('pipeline.auto-watermark-interval', interval)
    return new OneInputStreamOperatorTestHarness(assigning(strategy)(), context).open()
  }
  const itself = (value: number): number => value
  const monotonous = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner(itself)

  it('makes no periodic watermark where the interval is 0, and leaves no timer', async () => {
    const harness = await open(monotonous, '0 ms')
    assert.equal(harness.context.clock.pendingTimers, 0)
    harness.processElement(5)
    assert.deepEqual(harness.context.output.take(), [record(5, 5)])
    await harness.finishAndClose()
  })

  it('asks in the interval of the job, each time from when it was asked', async () => {
    const harness = await open(monotonous)
    harness.processElement(2, 1)
    harness.setProcessingTime(50)
    assert.deepEqual(harness.context.output.take(), [record(2, 2)])
    harness.setProcessingTime(51)
    assert.deepEqual(harness.context.output.take(), [watermark(1)])
    harness.processElement(4, 1)
    harness.setProcessingTime(101)
    assert.deepEqual(harness.context.output.take(), [record(4, 4)])
    harness.setProcessingTime(102)
    assert.deepEqual(harness.context.output.take(), [watermark(3)])
    await harness.finishAndClose()
  })

  it('keeps timestamps of every size', async () => {
    const harness = await open(monotonous)
    const values = [Number.NEGATIVE_INFINITY, Number.MIN_SAFE_INTEGER, -1, 0, 1, 0.5, Number.MAX_SAFE_INTEGER]
    for (const value of values) harness.processElement(value)
    assert.deepEqual(
      harness.context.output.records().map(({ timestamp }) => timestamp),
      values,
    )
    await harness.finishAndClose()
  })

  it('gives the assigner the timestamp of the source, -Infinity where there is none', async () => {
    const seen: number[] = []
    const seeing = {
      extractTimestamp(value: number, timestamp: number): number {
        seen.push(timestamp)
        return value
      },
    }
    const harness = await open(WatermarkStrategy.noWatermarks<number>().withTimestampAssigner(seeing))
    harness.processElement(1, 17)
    harness.processElement(2)
    assert.deepEqual(seen, [17, Number.NEGATIVE_INFINITY])
    await harness.finishAndClose()
  })

  it('is not idle for want of room in its output', async () => {
    const room = { slots: (call: number) => (call < 40 ? 0 : 10), watermarkRefusals: 0 }
    const context = new TestOperatorContext({ room, nowMs: 0 })
    const strategy = monotonous.withIdleness(500)
    const harness = await new OneInputStreamOperatorTestHarness(assigning(strategy)(), context).open()
    harness.setProcessingTime(3000)
    assert.deepEqual(context.output.take(), [])
    for (let call = 0; call < 40; call += 1) context.output.beginCall(4)
    harness.setProcessingTime(4000)
    assert.deepEqual(context.output.take(), [status('idle')])
    await harness.finishAndClose()
  })

  it('refuses a timestamp that is no number, with the record', async () => {
    const wrong = [NaN, Infinity, 2 ** 53, -(2 ** 63), undefined, null, '2026-01-01', new Date(0), 7n] as const
    for (const given of wrong) {
      const assigner = (() => given) as unknown as () => number
      const harness = await open(WatermarkStrategy.noWatermarks<unknown>().withTimestampAssigner(assigner))
      assert.throws(
        () => harness.processElement({ user: 'ann', at: 'noon' }),
        isCode(
          'TIMESTAMP_INVALID',
          `Op: ${inspect(given)}${given === undefined ? ' (is a return missing?)' : ''} is no timestamp for the record { user: 'ann', at: 'noon' }.`,
        ),
      )
      await harness.close()
    }
  })

  it('refuses a promise of an assigner, and of each method of a generator', async () => {
    const later = (): never => Promise.resolve(1) as never
    const none = (): undefined => undefined
    for (const [method, strategy] of Object.entries({
      extractTimestamp: WatermarkStrategy.noWatermarks<unknown>().withTimestampAssigner(later),
      onEvent: WatermarkStrategy.forGenerator(() => ({ onEvent: later, onPeriodicEmit: none })),
      onPeriodicEmit: WatermarkStrategy.forGenerator(() => ({ onEvent: none, onPeriodicEmit: later })),
    })) {
      const harness = await open(strategy)
      const run = (): void => {
        harness.processElement('x')
        harness.setProcessingTime(51)
      }
      assert.throws(run, isCode('ASYNC_NOT_ALLOWED', `Op: ${method} (`))
      await harness.close()
    }
  })

  it("names itself in what the user's functions throw, and what a generator may not emit", async () => {
    const broken = (): never => {
      throw new Error('broken on purpose')
    }
    const none = (): undefined => undefined
    const emits = (what: unknown) => ({
      onEvent: (_event: unknown, _timestamp: number, output: WatermarkOutput) => output.emitWatermark(what as number),
      onPeriodicEmit: none,
    })
    for (const [strategy, reason] of [
      [WatermarkStrategy.noWatermarks<unknown>().withTimestampAssigner(broken), 'Error: broken on purpose'],
      [WatermarkStrategy.forGenerator(() => ({ onEvent: broken, onPeriodicEmit: none })), 'Error: broken on purpose'],
      [WatermarkStrategy.forGenerator(() => ({ onEvent: none, onPeriodicEmit: broken })), 'Error: broken on purpose'],
      [
        WatermarkStrategy.forGenerator(() => emits(Number.NaN)),
        'emitWatermark takes a Watermark or a number of ms, not NaN',
      ],
      [WatermarkStrategy.forGenerator(() => emits('7')), "emitWatermark takes a Watermark or a number of ms, not '7'"],
    ] as const) {
      const harness = await open(strategy)
      const run = (): void => {
        harness.processElement('x')
        harness.setProcessingTime(51)
      }
      assert.throws(run, isCode('OPERATOR_FAILED', `Op (subtask 1 of 1) failed: ${reason}`))
      await harness.close()
    }
    const failing = WatermarkStrategy.forGenerator<unknown>(broken)
    assert.throws(() => new OneInputStreamOperatorTestHarness(assigning(failing)()), isCode('OPERATOR_FAILED', 'Op'))
  })
})

function isCode(code: string, text: string): (error: unknown) => true {
  return (error) => {
    assert.ok(FlinkError.is(error))
    assert.equal(error.code, code)
    assert.ok(error.message.includes(text), error.message)
    return true
  }
}
