/** What Flink's CoGroupJoinITCase and IntervalJoinITCase feed and expect, on one operator. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import { ProcessJoinFunction, type ProcessJoinFunctionContext } from '../../src/api/functions/process-join-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { keyedPairBinding, pairBinding } from './join-case.js'
import { TwoInputStreamOperatorTestHarness } from './two-input-stream-operator-test-harness.js'
import type { Event } from './window-case.js'

type Events = DataStream<Event>
/** A number is a watermark. */
type Fed = readonly (Event | number)[]

async function outputOf(binding: OperatorBinding, left: Fed, right: Fed): Promise<string[]> {
  const harness = await new TwoInputStreamOperatorTestHarness(binding).open()
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [first, second] = [left[index], right[index]]
    if (typeof first === 'number') harness.processWatermark1(first)
    else if (first !== undefined) harness.processElement1(first, first[1])
    if (typeof second === 'number') harness.processWatermark2(second)
    else if (second !== undefined) harness.processElement2(second, second[1])
  }
  harness.processWatermark1(Infinity)
  harness.processWatermark2(Infinity)
  return harness.context.output.emitted.flatMap((each) => (each.kind === 'record' ? [String(each.value)] : [])).sort()
}

/** Each record is followed by the watermark just before it, as Flink's extractors have it. */
function punctuated(events: readonly Event[]): Fed {
  return events.flatMap((event) => [event, event[1] - 1])
}

const text = ([key, value]: Event): string => `(${key},${String(value)})`
const keyOf = ([key]: Event): string => key
const LEFT: readonly Event[] = [
  ['a', 0],
  ['a', 1],
  ['a', 2],
  ['b', 3],
  ['b', 4],
  ['b', 5],
  ['a', 6],
  ['a', 7],
  ['a', 8],
]
const RIGHT: readonly Event[] = [
  ['a', 0],
  ['a', 1],
  ['b', 3],
  ['c', 6],
  ['c', 7],
  ['c', 8],
]

describe('windows of two streams give what Flink gives', () => {
  const tumbling = TumblingEventTimeWindows.of(3)

  it('by coGroup', async () => {
    const binding = pairBinding((left: Events, right: Events) =>
      left
        .coGroup(right)
        .where(keyOf)
        .equalTo(keyOf)
        .window(tumbling)
        .apply<string>((first, second, out) => {
          out.collect(`F:${[...first].map(text).join('')} S:${[...second].map(text).join('')}`)
        }),
    )
    assert.deepEqual(
      await outputOf(binding, punctuated(LEFT), punctuated(RIGHT)),
      [
        'F:(a,0)(a,1)(a,2) S:(a,0)(a,1)',
        'F:(b,3)(b,4)(b,5) S:(b,3)',
        'F:(a,6)(a,7)(a,8) S:',
        'F: S:(c,6)(c,7)(c,8)',
      ].sort(),
    )
  })

  const joined = (left: Events, right: Events): DataStream<string> =>
    left
      .join(right)
      .where(keyOf)
      .equalTo(keyOf)
      .window(tumbling)
      .apply((first, second) => `${text(first)}:${text(second)}`)
  const first: readonly Event[] = [
    ['a', 0],
    ['a', 1],
    ['a', 2],
    ['b', 3],
    ['b', 5],
    ['a', 6],
    ['a', 7],
    ['a', 8],
  ]
  const pairs = (lefts: string, rights: string): string[] =>
    lefts.split(' ').flatMap((left) => rights.split(' ').map((right) => `(${left}):(${right})`))

  it('by join', async () => {
    const second: readonly Event[] = [
      ['a', 0],
      ['a', 1],
      ['b', 3],
      ['b', 5],
      ['a', 6],
      ['a', 8],
    ]
    const expected = [
      ...pairs('a,0 a,1 a,2', 'a,0 a,1'),
      ...pairs('b,3 b,5', 'b,3 b,5'),
      ...pairs('a,6 a,7 a,8', 'a,6 a,8'),
    ]
    assert.deepEqual(await outputOf(pairBinding(joined), punctuated(first), punctuated(second)), expected.sort())
  })

  it('by a join of a stream with itself', async () => {
    const groups = ['a,0 a,1 a,2', 'b,3 b,5', 'a,6 a,7 a,8']
    const binding = pairBinding((left) => joined(left, left))
    const expected = groups.flatMap((group) => pairs(group, group))
    assert.deepEqual(await outputOf(binding, punctuated(first), punctuated(first)), expected.sort())
  })
})

class Combined extends ProcessJoinFunction<Event, Event, string> {
  processElement(left: Event, right: Event, _ctx: ProcessJoinFunctionContext, out: Collector<string>): void {
    out.collect(`${text(left)}:${text(right)}`)
  }
}

const ascending = (...events: readonly Event[]): Fed => punctuated(events)
const SAME: Fed = ascending(['k', 0], ['k', 1], ['k', 2], ['k', 3], ['k', 4], ['k', 5])
const KEYS: Fed = ascending(['k1', 0], ['k2', 1], ['k1', 2], ['k2', 3], ['k1', 4], ['k2', 5])
const THREE: Fed = ascending(['k', 0], ['k', 1], ['k', 2])
const of = (...times: readonly number[]): Event[] => times.map((time) => ['k', time])

describe('interval joins give what Flink gives', () => {
  const rows: readonly (readonly [
    title: string,
    bounds: readonly [number, number],
    left: Fed,
    right: Fed,
    expected: string[],
  ])[] = [
    ['over one key', [0, 0], SAME, SAME, [0, 1, 2, 3, 4, 5].map((time) => `(k,${String(time)}):(k,${String(time)})`)],
    [
      'over several keys',
      [0, 1],
      KEYS,
      KEYS,
      ['k1,0', 'k2,1', 'k1,2', 'k2,3', 'k1,4', 'k2,5'].map((each) => `(${each}):(${each})`),
    ],
    [
      'of streams out of order',
      [-1, 1],
      [...of(5, 1, 4, 3, 2), 5, ...of(9, 8, 7, 6)],
      [...of(2, 1, 3, 4, 5), 5, ...of(8, 7, 9, 6)],
      [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((left) =>
        [left - 1, left, left + 1]
          .filter((right) => right >= 1 && right <= 9)
          .map((right) => `(k,${String(left)}):(k,${String(right)})`),
      ),
    ],
    [
      'with bounds that are included by default',
      [0, 2],
      THREE,
      THREE,
      ['(k,0):(k,0)', '(k,0):(k,1)', '(k,0):(k,2)', '(k,1):(k,1)', '(k,1):(k,2)', '(k,2):(k,2)'],
    ],
  ]
  for (const [title, [lower, upper], left, right, expected] of rows) {
    it(title, async () => {
      const binding = keyedPairBinding((one, two) =>
        one.intervalJoin(two).between(lower, upper).process(new Combined()),
      )
      assert.deepEqual(await outputOf(binding, left, right), expected.sort())
    })
  }

  it('with bounds that are left out', async () => {
    const binding = keyedPairBinding((one, two) =>
      one.intervalJoin(two).between(0, 2).upperBoundExclusive().lowerBoundExclusive().process(new Combined()),
    )
    assert.deepEqual(await outputOf(binding, THREE, THREE), ['(k,0):(k,1)', '(k,1):(k,2)'])
  })
})
