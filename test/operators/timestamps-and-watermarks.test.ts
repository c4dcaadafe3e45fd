/** TimestampsAndWatermarksOperator: records get their time, and the stream its watermarks. */
import type { WatermarkGenerator } from '../../src/api/eventtime/watermark-generator.js'
import { WatermarkStrategy } from '../../src/api/eventtime/watermark-strategy.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { bindingOf } from './operator-harness.js'
import { processingTime, record, status, watermark, type InputElement, type RecordElement } from './stream-elements.js'
import { testOperator } from './test-operator.js'

interface Told {
  readonly t: number
  readonly wm?: number
}

function assigning(strategy: WatermarkStrategy<never>): () => OperatorBinding {
  return () => bindingOf({ kind: 'timestamps-and-watermarks', strategy: strategy as WatermarkStrategy<unknown> })
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
