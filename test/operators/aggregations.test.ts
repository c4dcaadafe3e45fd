/** What a sum over a field says of a record that it cannot add, at the first record already. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sumOf } from '../../src/api/datastream/aggregations.js'
import { ReducingStateDescriptor } from '../../src/api/state/reducing-state-descriptor.js'
import { ProcessFunction } from '../../src/api/functions/process-function.js'
import { KeyedOneInputStreamOperatorTestHarness } from './keyed-one-input-stream-operator-test-harness.js'
import { byFirst } from './operator-harness.js'

/** Sums as a window does: in a state of its own. */
class SumsInState extends ProcessFunction<unknown, unknown> {
  override processElement(value: unknown): void {
    const descriptor = new ReducingStateDescriptor<unknown>('sum', sumOf(1))
    this.getRuntimeContext().getReducingState(descriptor).add(value)
  }
}

const OPERATORS = [
  ['of a keyed stream', { kind: 'reduce', function: sumOf(1) }],
  ['of a window', { kind: 'process', function: new SumsInState() }],
] as const

for (const [of, spec] of OPERATORS) {
  it(`A sum ${of} refuses the first record whose field is no number`, async () => {
    const harness = await new KeyedOneInputStreamOperatorTestHarness(spec, byFirst).open()
    harness.processElement(['a', 1])
    harness.processElement(['a', 2])
    assert.throws(() => {
      harness.processElement(['b', 'x'])
    }, /sum\(1\) needs a number.*it is 'x' in \[ 'b', 'x' \]/)
    await harness.finishAndClose()
  })
}
