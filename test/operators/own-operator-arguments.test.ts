import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Watermark } from '../../src/api/eventtime/watermark.js'
import type { Triggerable } from '../../src/api/operators/internal-timer-service.js'
import { StreamRecord } from '../../src/api/operators/stream-record.js'
import { VoidNamespaceSerializer, type VoidNamespace } from '../../src/api/operators/void-namespace.js'
import { Doing, harnessOf, isError } from './own-operator-case.js'
import { watermark } from './stream-elements.js'

const DUE: Triggerable<unknown, VoidNamespace> = { onEventTime: () => undefined, onProcessingTime: () => undefined }

describe('an own operator', () => {
  it('is told which call was given what, for whatever plain JavaScript gives', async () => {
    const of = (argument: unknown): never => argument as never
    const calls: readonly (readonly [(own: Doing) => unknown, RegExp])[] = [
      [(own) => own.out.emitWatermark(of('x')), /emitWatermark takes a Watermark or a number of ms, not 'x'/],
      [(own) => own.out.emitWatermark(of({})), /emitWatermark takes a Watermark or a number of ms, not {}/],
      [(own) => own.processWatermark(of(null)), /processWatermark takes a Watermark or a number of ms, not null/],
      [(own) => own.out.emitWatermarkStatus(of('x')), /emitWatermarkStatus takes WatermarkStatus\.ACTIVE or .*'x'/],
      [(own) => own.out.collect(new StreamRecord(1, of('noon'))), /output\.collect: a StreamRecord has ms .*'noon'/],
      [(own) => own.out.collect(of('side'), new StreamRecord(1)), /output\.collect takes an OutputTag .*'side'/],
      [
        (own) => own.getInternalTimerService('t', VoidNamespaceSerializer.INSTANCE, of(own)),
        /onEventTime and onPro.*Doing/,
      ],
      [(own) => own.getInternalTimerService('t', of({}), of(own)), /onEventTime and onProcessingTime/],
      [(own) => own.getInternalTimerService('t', of({}), of(DUE)), /as its second argument a TypeSerializer.* not {}/],
      [(own) => own.getInternalTimerService(of(7), VoidNamespaceSerializer.INSTANCE, DUE), /takes a name.* not 7/],
      [(own) => own.getProcessingTimeService().registerTimer(1, of('x')), /registerTimer takes a function .*'x'/],
    ]
    for (const [call, message] of calls) {
      const harness = await harnessOf(new Doing(call))
      assert.throws(() => harness.processElement('a'), isError('OPERATOR_FAILED', message))
      assert.deepEqual(harness.context.output.take(), [])
    }
    const noTime = await harnessOf(new Doing((own) => own.getProcessingTimeService().registerTimer(of('x'), of(null))))
    assert.throws(() => noTime.processElement('a'), isError('TIMER_TIMESTAMP_INVALID', /'x' is no time for a timer/))
  })

  it('may be given a Watermark of another copy of the package', async () => {
    const foreign = { getTimestamp: () => 5 } as Watermark
    const harness = await harnessOf(new Doing((own) => own.out.emitWatermark(foreign)))
    harness.processElement('a')
    assert.deepEqual(harness.context.output.take(), [watermark(5)])
  })
})
