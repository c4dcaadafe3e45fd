/** What functions of two streams must not do, and what they are told when they do it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { BroadcastProcessFunction } from '../../../../../src/api/functions/broadcast-process-function.js'
import type { KeyedBroadcastProcessFunction } from '../../../../../src/api/functions/keyed-broadcast-process-function.js'
import { RichFunction } from '../../../../../src/api/functions/rich-function.js'
import type { BroadcastState } from '../../../../../src/api/state/broadcast-state.js'
import { MapStateDescriptor } from '../../../../../src/api/state/map-state-descriptor.js'
import { ValueStateDescriptor } from '../../../../../src/api/state/value-state-descriptor.js'
import { Types } from '../../../../../src/api/types/types-table.js'
import { FlinkError, type ErrorCode } from '../../../../../src/core/errors/flink-error.js'
import { bindingOf, byFirst } from '../../../../operators/operator-harness.js'
import { TwoInputStreamOperatorTestHarness } from '../../../../operators/two-input-stream-operator-test-harness.js'

type AnyBroadcastFunction = BroadcastProcessFunction<unknown, unknown, unknown>
type AnyKeyedBroadcastFunction = KeyedBroadcastProcessFunction<unknown, unknown, unknown, unknown>
type Method<F> = F extends { processElement: infer M } ? M : never
type BroadcastMethod<F> = F extends { processBroadcastElement: infer M } ? M : never

const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG)
const LIMITS = new MapStateDescriptor('limits', Types.STRING, Types.LONG)
const COUNT = new ValueStateDescriptor('count', Types.LONG, 0)

const DECLARED: readonly MapStateDescriptor<unknown, unknown>[] = [RULES, LIMITS]
const nothing = (): void => undefined

async function withoutKey(
  processElement: Method<AnyBroadcastFunction>,
  processBroadcastElement: BroadcastMethod<AnyBroadcastFunction> = nothing,
): Promise<TwoInputStreamOperatorTestHarness> {
  const made = Object.assign(new Rich(), { processElement, processBroadcastElement }) as object as AnyBroadcastFunction
  const spec: OperatorSpec = { kind: 'broadcast-process', function: made, descriptors: DECLARED }
  return new TwoInputStreamOperatorTestHarness(bindingOf(spec, undefined, undefined)).open()
}

async function keyed(
  processElement: Method<AnyKeyedBroadcastFunction>,
  processBroadcastElement: BroadcastMethod<AnyKeyedBroadcastFunction> = nothing,
): Promise<TwoInputStreamOperatorTestHarness> {
  const made = Object.assign(new Rich(), { processElement, processBroadcastElement }) as object
  const userFunction = made as AnyKeyedBroadcastFunction
  const spec: OperatorSpec = { kind: 'keyed-broadcast-process', function: userFunction, descriptors: DECLARED }
  return new TwoInputStreamOperatorTestHarness(bindingOf(spec, byFirst, undefined)).open()
}

class Rich extends RichFunction {}

function assertFails(action: () => void, code: ErrorCode, ...texts: readonly string[]): void {
  assert.throws(action, (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    for (const text of texts) assert.ok(error.message.includes(text), error.message)
    return true
  })
}

describe('Broadcast state', () => {
  const changes: readonly [string, (state: BroadcastState<string, number>) => void][] = [
    ['put', (state) => state.put('a', 1)],
    ['putAll', (state) => state.putAll([['a', 1]])],
    ['remove', (state) => state.remove('a')],
    ['clear', (state) => state.clear()],
  ]
  for (const [method, change] of changes) {
    it(`cannot be changed by ${method} while a record of the other stream is processed`, async () => {
      for (const make of [withoutKey, keyed]) {
        const harness = await make(
          (_value, ctx) => change(ctx.getBroadcastState(RULES) as BroadcastState<string, number>),
          (_value, ctx) => ctx.getBroadcastState(RULES).put('a', 7),
        )
        harness.processElement2('rule')
        const refused = (): void => harness.processElement1(['k', 1])
        assertFails(refused, 'BROADCAST_STATE_READ_ONLY', `Op called ${method}`, "'rules'")
      }
    })
  }

  it('is there if it was declared, and the error says what was', async () => {
    for (const make of [withoutKey, keyed]) {
      const other = new MapStateDescriptor('rule', Types.STRING, Types.LONG)
      const reading = await make((_value, ctx) => void ctx.getBroadcastState(other))
      const texts = ["'rule'", "'rules', 'limits'"]
      assertFails(() => reading.processElement1(['k', 1]), 'BROADCAST_STATE_NOT_DECLARED', ...texts)
      const writing = await make(nothing, (_value, ctx) => void ctx.getBroadcastState(other))
      assertFails(() => writing.processElement2(1), 'BROADCAST_STATE_NOT_DECLARED', ...texts)
      const nameless = await make((_value, ctx) => void ctx.getBroadcastState(undefined as never))
      assertFails(() => nameless.processElement1(['k', 1]), 'BROADCAST_STATE_NOT_DECLARED', "'undefined'")
    }
  })

  it('is found by another descriptor of the same name and types', async () => {
    const same = new MapStateDescriptor('rules', Types.STRING, Types.LONG)
    const seen: unknown[] = []
    const harness = await withoutKey(
      (_value, ctx) => seen.push(...ctx.getBroadcastState(same).immutableEntries()),
      (value, ctx) => ctx.getBroadcastState(same).put(value as string, 1),
    )
    harness.processElement2('a')
    harness.processElement1('x')
    assert.deepEqual(seen, [['a', 1]])
  })

  it('is not found by a descriptor of the same name and other types', async () => {
    const other = new MapStateDescriptor('rules', Types.STRING, Types.STRING)
    const harness = await withoutKey((_value, ctx) => void ctx.getBroadcastState(other))
    assertFails(() => harness.processElement1('x'), 'STATE_NAME_CONFLICT', "'rules'")
  })

  it('has entries that can be gone through again, in the order in which their keys were first put', async () => {
    const seen: unknown[] = []
    const harness = await withoutKey(
      (_value, ctx) => {
        const entries = ctx.getBroadcastState(RULES).immutableEntries()
        seen.push([...entries], [...entries])
      },
      (value, ctx) => {
        ctx.getBroadcastState(RULES).put(value as string, 1)
        const entries = ctx.getBroadcastState(RULES).entries()
        seen.push([...entries].length, [...entries].length)
      },
    )
    for (const rule of ['b', 'a', 'b']) harness.processElement2(rule)
    harness.processElement1('x')
    const entries = [
      ['b', 1],
      ['a', 1],
    ]
    assert.deepEqual(seen, [1, 1, 2, 2, 2, 2, entries, entries])
  })
})

describe('Keyed state beside a broadcast stream', () => {
  it('has no current key while a broadcast element is processed, whatever came before it', async () => {
    const harness = await keyed(
      function (this: Rich) {
        this.getRuntimeContext().getState(COUNT).update(1)
      },
      function (this: Rich) {
        this.getRuntimeContext().getState(COUNT).update(2)
      },
    )
    harness.processElement1(['k', 1])
    assertFails(() => harness.processElement2(1), 'STATE_ACCESS_WITHOUT_KEY', "'count'", 'a broadcast element')
  })

  it('is not there where no stream is keyed', async () => {
    const asking = function (this: Rich): void {
      this.getRuntimeContext().getState(COUNT)
    }
    const reading = await withoutKey(asking)
    assertFails(() => reading.processElement1(1), 'KEYED_STATE_ON_NON_KEYED_STREAM', "'count'")
    const writing = await withoutKey(nothing, asking)
    assertFails(() => writing.processElement2(1), 'KEYED_STATE_ON_NON_KEYED_STREAM', "'count'")
  })

  it('is gone through key by key, each being the current one, and none afterwards', async () => {
    const seen: unknown[] = []
    const count = (rich: Rich): { value(): number; update(n: number): void } => rich.getRuntimeContext().getState(COUNT)
    const harness = await keyed(
      function (this: Rich, value) {
        count(this).update((value as [string, number])[1])
      },
      function (this: Rich, value, ctx) {
        ctx.applyToKeyedState(COUNT, {
          process: (key, state) => {
            seen.push([key, state.value(), count(this).value()])
            if (key === 'b') state.clear()
            else state.update(state.value() + 1)
          },
        })
        if (value === 'after') count(this).value()
      },
    )
    for (const value of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
      harness.processElement1(value)
    harness.processElement2('rule')
    harness.processElement2('rule')
    const first = [
      ['a', 1, 1],
      ['b', 2, 2],
      ['c', 3, 3],
    ]
    const second = [
      ['a', 2, 2],
      ['c', 4, 4],
    ]
    assert.deepEqual(seen, [...first, ...second])
    assertFails(() => harness.processElement2('after'), 'STATE_ACCESS_WITHOUT_KEY', "'count'")
  })

  it('is gone through where it has never been asked for', async () => {
    const harness = await keyed(nothing, (_value, ctx) => ctx.applyToKeyedState(COUNT, () => assert.fail()))
    harness.processElement2(1)
  })

  it('fails with what the function throws, and the operator is named', async () => {
    const harness = await keyed(
      function (this: Rich) {
        this.getRuntimeContext().getState(COUNT).update(1)
      },
      (value, ctx) => {
        const act: () => unknown = () => (value === 'late' ? Promise.resolve() : assert.fail('broken'))
        ctx.applyToKeyedState(COUNT, act)
      },
    )
    harness.processElement1(['k', 1])
    assertFails(() => harness.processElement2('now'), 'OPERATOR_FAILED', 'Op', 'broken')
    assertFails(() => harness.processElement2('late'), 'ASYNC_NOT_ALLOWED', 'Op: process')
  })
})

describe('A function of two streams', () => {
  const late = (): Promise<void> => Promise.resolve()
  const SPECS = {
    map1: { kind: 'co-map', function: { map1: late, map2: late } },
    flatMap1: { kind: 'co-flat-map', function: { flatMap1: late, flatMap2: late } },
    processElement1: { kind: 'co-process', function: { processElement1: late, processElement2: late } as never },
  } as const
  for (const [method, spec] of Object.entries(SPECS)) {
    it(`must not give a promise from ${method} or its second method`, async () => {
      const harness = await new TwoInputStreamOperatorTestHarness(bindingOf(spec, undefined, undefined)).open()
      assertFails(() => harness.processElement1(1), 'ASYNC_NOT_ALLOWED', `Op: ${method}`)
      assertFails(() => harness.processElement2(1), 'ASYNC_NOT_ALLOWED', `Op: ${method.replace('1', '2')}`)
    })
  }

  it('must not return its results where they are to be collected', async () => {
    const results = (value: unknown): void => [value] as unknown as undefined
    const specs = {
      flatMap1: { kind: 'co-flat-map', function: { flatMap1: results, flatMap2: results } },
      processElement1: {
        kind: 'co-process',
        function: { processElement1: results, processElement2: results } as never,
      },
    } as const
    for (const [method, spec] of Object.entries(specs)) {
      const harness = await new TwoInputStreamOperatorTestHarness(bindingOf(spec, undefined, undefined)).open()
      assertFails(() => harness.processElement1(1), 'RESULTS_NOT_COLLECTED', `Op: ${method}`)
      assertFails(() => harness.processElement2(1), 'RESULTS_NOT_COLLECTED', `Op: ${method.replace('1', '2')}`)
    }
  })

  it('fails as the function of an operator that is named, also where it is the key that cannot be taken', async () => {
    const map1 = (): void => assert.fail('broken')
    const binding = bindingOf({ kind: 'co-map', function: { map1, map2: map1 } }, byFirst, byFirst)
    const harness = await new TwoInputStreamOperatorTestHarness(binding).open()
    assertFails(() => harness.processElement1(['k']), 'OPERATOR_FAILED', 'Op', 'broken')
    const [, second] = harness.operator.inputs
    assertFails(() => second?.processElement(null, 0, 0), 'OPERATOR_FAILED', 'Op')
  })

  it('are told of keys whose types differ, with the first record of the second stream', async () => {
    const coMap = { map1: (value: unknown) => value, map2: (value: unknown) => value }
    const spec: OperatorSpec = { kind: 'co-map', function: coMap }
    const harness = await new TwoInputStreamOperatorTestHarness(bindingOf(spec, byFirst, byFirst)).open()
    harness.processElement1([1])
    assertFails(() => harness.processElement2(['1']), 'KEY_TYPES_DIFFER', 'Op: the keys', 'number and string')
    const generic = { ...byFirst, declaredShape: 'any' }
    const mixed = await new TwoInputStreamOperatorTestHarness(bindingOf(spec, generic, generic)).open()
    mixed.processElement1([1])
    mixed.processElement2(['1'])
  })

  it('are told what ctx.output takes, and that a broadcast element has no timers', async () => {
    const withOutput = await keyed((_value, ctx) => {
      ctx.output('late' as never, 1)
    })
    assertFails(() => withOutput.processElement1([1]), 'OPERATOR_FAILED', 'ctx.output takes an OutputTag')
    const withTimer = await keyed(nothing, (_value, ctx) => {
      const inJavaScript = ctx as object as { timerService(): void }
      inJavaScript.timerService()
    })
    assertFails(() => withTimer.processElement2(1), 'STATE_ACCESS_WITHOUT_KEY', 'with a broadcast element')
  })
})
