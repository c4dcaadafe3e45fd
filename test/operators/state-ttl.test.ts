import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KeyedProcessFunction, type ProcessFunctionContext } from '../../src/api/functions/process-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { StateTtlConfig } from '../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { bindingOf } from './operator-harness.js'
import { record } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { TEST_STATE_BACKENDS } from './test-state-backends.js'

const HOUR = 3_600_000

/** A key once in an hour. */
class Deduplicate extends KeyedProcessFunction<string, string, string> {
  #seen: ValueState<boolean> | undefined

  override open(): void {
    const seen = new ValueStateDescriptor('seen', Types.BOOLEAN)
    seen.enableTimeToLive(StateTtlConfig.newBuilder(HOUR).build())
    this.#seen = this.getRuntimeContext().getState(seen)
  }

  processElement(value: string, _ctx: ProcessFunctionContext, out: Collector<string>): void {
    if (this.#seen?.value() === true) return
    this.#seen?.update(true)
    out.collect(value)
  }
}

describe('a function whose state has a time to live', () => {
  for (const backend of TEST_STATE_BACKENDS) {
    it(`lives by the clock of its task, across a restore: ${backend.name}`, async () => {
      const open = (nowMs: number): StreamOperatorTestHarness => {
        const context = new TestOperatorContext({ nowMs })
        backend.install(context)
        const spec = { kind: 'keyed-process', function: new Deduplicate() } as const
        return new StreamOperatorTestHarness(bindingOf(spec, { select: String, kind: 'auto' }), context)
      }
      const harness = await open(0).open()
      const give = (to: StreamOperatorTestHarness, ...values: string[]): unknown[] => {
        for (const value of values) to.processElementOf(0, value, 1)
        return to.context.output.take()
      }
      assert.deepEqual(give(harness, 'a', 'b', 'a'), [record('a', 1), record('b', 1)])
      harness.setProcessingTime(HOUR / 2)
      assert.deepEqual(give(harness, 'a', 'c'), [record('c', 1)])
      const state = await harness.snapshot(1)
      await harness.close()
      const again = await open(HOUR + 1).open(state)
      assert.deepEqual(give(again, 'a', 'b', 'c'), [record('a', 1), record('b', 1)])
      await again.close()
    })
  }
})
