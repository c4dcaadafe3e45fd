/** What Flink's ProcessingTimeoutTriggerTest expects, through the operator: records and times in, sums of what fires out. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Collector } from '../../src/api/functions/collector.js'
import { GlobalWindows } from '../../src/api/windowing/assigners/global-windows.js'
import { CountTrigger } from '../../src/api/windowing/triggers/count-trigger.js'
import { ProcessingTimeoutTrigger } from '../../src/api/windowing/triggers/processing-timeout-trigger.js'
import { PurgingTrigger } from '../../src/api/windowing/triggers/purging-trigger.js'
import type { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import type { GlobalWindow } from '../../src/api/windowing/windows/global-window.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { processingTime, record } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { START_MS, TestOperatorContext } from './test-operator-context.js'
import { windowBinding, type Event } from './window-case.js'

type OfGlobal = Trigger<unknown, GlobalWindow>
type Step = readonly [given: 'record' | number, fired: readonly number[]]

function emitCount(_key: string, _window: GlobalWindow, elements: Iterable<Event>, out: Collector<number>): void {
  out.collect([...elements].length)
}

/** Times are ms since the start; how many records of the window fire. */
async function assertFires(trigger: OfGlobal, steps: readonly Step[]): Promise<void> {
  const binding = windowBinding((stream) => stream.window(GlobalWindows.create()).trigger(trigger).apply(emitCount))
  const harness = await new StreamOperatorTestHarness(binding, new TestOperatorContext()).open()
  for (const [index, [given, fired]] of steps.entries()) {
    const element = given === 'record' ? record(['a', 1]) : processingTime(START_MS + given)
    harness.process({ input: 0, element })
    const emitted = harness.context.output.take()
    const counts = emitted.flatMap((each) => (each.kind === 'record' ? [each.value] : []))
    assert.deepEqual(counts, fired, `step ${String(index)}`)
  }
  await harness.close()
}

const TRIPLES: OfGlobal = CountTrigger.of(3)

describe('ProcessingTimeoutTrigger', () => {
  it('fires when the time since the first record is over, and begins anew with its inner trigger', async () => {
    await assertFires(ProcessingTimeoutTrigger.of(TRIPLES, 50), [
      ['record', []],
      [10, []],
      ['record', []],
      [49, []],
      [51, [2]],
      ['record', []],
      ['record', []],
      ['record', [5]],
      // The inner trigger has fired, so nothing is left to wait for.
      [200, []],
    ])
  })

  it('waits again with each record where it is to', async () => {
    await assertFires(ProcessingTimeoutTrigger.of(TRIPLES, 50, true), [
      ['record', []],
      [10, []],
      ['record', []],
      [55, []],
      [61, [2]],
      ['record', []],
      ['record', []],
      ['record', [5]],
    ])
  })

  it('leaves its inner trigger and its own time as they are where it is not to clear them', async () => {
    await assertFires(ProcessingTimeoutTrigger.of(TRIPLES, 50, false, false), [
      ['record', []],
      ['record', []],
      [51, [2]],
      // The third one counts as that, and then all begins anew.
      ['record', [3]],
      ['record', []],
      [102, [4]],
    ])
  })

  it('drops the contents where its inner trigger does', async () => {
    await assertFires(PurgingTrigger.of(ProcessingTimeoutTrigger.of(TRIPLES, 50)), [
      ['record', []],
      [51, [1]],
      ['record', []],
      ['record', []],
      ['record', [3]],
    ])
    await assertFires(ProcessingTimeoutTrigger.of(PurgingTrigger.of(TRIPLES), 50), [
      ['record', []],
      ['record', []],
      ['record', [3]],
      ['record', []],
      [51, [1]],
      ['record', []],
      [102, [2]],
    ])
  })

  it('refuses what is no trigger, and a timeout that is none', () => {
    const invalid = (error: unknown): boolean => error instanceof FlinkError && error.code === 'GRAPH_INVALID'
    assert.throws(() => ProcessingTimeoutTrigger.of({} as OfGlobal, 50), invalid)
    assert.throws(() => ProcessingTimeoutTrigger.of(TRIPLES, 0), invalid)
  })
})
