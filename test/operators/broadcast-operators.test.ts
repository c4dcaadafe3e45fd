import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  BroadcastProcessFunction,
  type BroadcastProcessFunctionContext,
  type BroadcastProcessFunctionReadOnlyContext,
} from '../../src/api/functions/broadcast-process-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import {
  KeyedBroadcastProcessFunction,
  type KeyedBroadcastProcessFunctionContext,
  type KeyedBroadcastProcessFunctionReadOnlyContext,
} from '../../src/api/functions/keyed-broadcast-process-function.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { MapStateDescriptor } from '../../src/api/state/map-state-descriptor.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import { Types } from '../../src/api/types/types-table.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { OperatorRun } from './operator-run.js'
import { UNLIMITED } from './recording-output.js'
import {
  record,
  sideRecord,
  watermark,
  type InputElement,
  type OutputElement,
  type RecordElement,
} from './stream-elements.js'
import { testOperator } from './test-operator.js'
import { TEST_STATE_BACKENDS } from './test-state-backends.js'

type Event = readonly [key: string, n: number]
type Rule = readonly [name: string, factor: number]

const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG)
const TIMES = new MapStateDescriptor<number, string>('times')
const SUM = new ValueStateDescriptor('sum', Types.LONG, 0)
const noRule = new OutputTag<Event>('no rule')

/** A record that has no rule is one for the side output; a rule with 0 is taken back. */
class Factor extends BroadcastProcessFunction<Event, Rule, unknown> {
  processElement(event: Event, ctx: BroadcastProcessFunctionReadOnlyContext, out: Collector<unknown>): void {
    const rules = ctx.getBroadcastState(RULES)
    const factor = rules.get(event[0])
    if (factor === null) ctx.output(noRule, event)
    else
      out.collect([
        event[1] * factor,
        [...rules.immutableEntries()],
        [...ctx.getBroadcastState(TIMES).immutableEntries()],
      ])
  }
  processBroadcastElement([name, factor]: Rule, ctx: BroadcastProcessFunctionContext): void {
    if (factor === 0) ctx.getBroadcastState(RULES).remove(name)
    else ctx.getBroadcastState(RULES).put(name, factor)
    ctx.getBroadcastState(TIMES).put(ctx.timestamp() ?? -1, name)
  }
}

/** Sums by key; a rule adds to the sums of all keys, and is told to the side output with what it did. */
class Summing extends KeyedBroadcastProcessFunction<string, Event, Rule, unknown> {
  processElement(
    [, n]: Event,
    ctx: KeyedBroadcastProcessFunctionReadOnlyContext<string>,
    out: Collector<unknown>,
  ): void {
    const sum = this.getRuntimeContext().getState(SUM)
    sum.update(sum.value() + n)
    const rules = [...ctx.getBroadcastState(RULES).immutableEntries()].map(([name]) => name)
    out.collect([ctx.getCurrentKey(), sum.value(), rules.join('')])
  }
  processBroadcastElement([name, added]: Rule, ctx: KeyedBroadcastProcessFunctionContext<string>): void {
    ctx.getBroadcastState(RULES).put(name, added)
    ctx.applyToKeyedState(SUM, (_key, sum) => {
      sum.update(sum.value() + added)
    })
  }
}

const EVENTS: readonly InputElement[] = [
  record(['a', 1], 10),
  record(['c', 2], 20),
  watermark(25),
  record(['a', 3], 30),
  watermark(60),
  record(['c', 4]),
  record(['a', 5], 65),
]
const RULE_STREAM: readonly InputElement[] = [
  record(['a', 100], 12),
  watermark(15),
  record(['c', 200], 22),
  record(['b', 300], 31),
  watermark(50),
  record(['a', 0], 51),
  record(['c', 400], 52),
]

/** Events and rules come in turns. */
function withTime(...results: readonly [OutputElement[], OutputElement[], OutputElement[]]): OutputElement[] {
  const [first, second, last] = results
  return [...first, watermark(15), ...second, watermark(50), ...last]
}

testOperator('CoBroadcastWithNonKeyedOperator', {
  binding: () => {
    const descriptors = [RULES, TIMES] as MapStateDescriptor<unknown, unknown>[]
    return bindingOf({ kind: 'broadcast-process', function: new Factor(), descriptors }, undefined, undefined)
  },
  inputs: [EVENTS, RULE_STREAM],
  broadcastInputs: [1],
  expected: withTime(
    [sideRecord('no rule', ['a', 1], 10), sideRecord('no rule', ['c', 2], 20)],
    [
      record(
        [
          300,
          [
            ['a', 100],
            ['c', 200],
          ],
          [
            [12, 'a'],
            [22, 'c'],
          ],
        ],
        30,
      ),
    ],
    [
      record([
        800,
        [
          ['a', 100],
          ['c', 200],
          ['b', 300],
        ],
        [
          [12, 'a'],
          [22, 'c'],
          [31, 'b'],
        ],
      ]),
      sideRecord('no rule', ['a', 5], 65),
    ],
  ),
})

testOperator('CoBroadcastWithKeyedOperator', {
  binding: () => {
    const descriptors = [RULES] as MapStateDescriptor<unknown, unknown>[]
    return bindingOf({ kind: 'keyed-broadcast-process', function: new Summing(), descriptors }, byFirst, undefined)
  },
  inputs: [EVENTS, RULE_STREAM],
  broadcastInputs: [1],
  expected: withTime(
    [record(['a', 1, ''], 10), record(['c', 2, 'a'], 20)],
    [record(['a', 304, 'ac'], 30)],
    [record(['c', 506, 'acb']), record(['a', 609, 'acb'], 65)],
  ),
})

/** Tells which subtask it is, and what it has of the rules. */
class Telling extends KeyedBroadcastProcessFunction<string, Event, Rule, unknown> {
  processElement(
    _event: Event,
    ctx: KeyedBroadcastProcessFunctionReadOnlyContext<string>,
    out: Collector<unknown>,
  ): void {
    const subtask = this.getRuntimeContext().getIndexOfThisSubtask()
    out.collect([subtask, [...ctx.getBroadcastState(RULES).immutableEntries()]])
  }
  processBroadcastElement([name, factor]: Rule, ctx: KeyedBroadcastProcessFunctionContext<string>): void {
    ctx.getBroadcastState(RULES).put(name, factor)
  }
}

describe('Broadcast state', () => {
  it('is the same in every subtask after each restore, with more subtasks and with fewer', async () => {
    const descriptors = [RULES] as MapStateDescriptor<unknown, unknown>[]
    const binding = (): OperatorBinding =>
      bindingOf({ kind: 'keyed-broadcast-process', function: new Telling(), descriptors }, byFirst, undefined)
    const test = { binding, inputs: [], expected: [], broadcastInputs: [1] }
    const [backend] = TEST_STATE_BACKENDS
    assert.ok(backend)
    const run = await OperatorRun.start({ test, backend, room: UNLIMITED, elements: [] })
    const rules: Rule[] = []
    for (const [parallelism, name] of [
      [2, 'first'],
      [3, 'second'],
      [2, 'third'],
      [1, 'fourth'],
    ] as const) {
      await run.snapshotAndRestore(parallelism)
      rules.push([name, parallelism])
      await run.process({ input: 1, element: record([name, parallelism]) })
      const before = run.emitted.length
      for (let key = 0; key < 40; key += 1) await run.process({ input: 0, element: record([`key ${key}`, 1]) })
      const told = new Map(run.emitted.slice(before).map((each) => (each as RecordElement).value as [number, Rule[]]))
      assert.deepEqual(
        [...told.keys()].sort(),
        Array.from({ length: parallelism }, (_, subtask) => subtask),
      )
      for (const entries of told.values()) assert.deepEqual(entries, rules)
    }
    await run.end()
  })
})
