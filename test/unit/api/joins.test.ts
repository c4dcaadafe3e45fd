/** What is wrong in the words of a join is told where it is said. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { DataStream } from '../../../src/api/datastream/data-stream.js'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import { Time } from '../../../src/api/eventtime/time.js'
import { TumblingEventTimeWindows } from '../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { CountEvictor } from '../../../src/api/windowing/evictors/count-evictor.js'
import { CountTrigger } from '../../../src/api/windowing/triggers/count-trigger.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import type { FlinkError } from '../../../src/core/errors/flink-error.js'

type Call = readonly [method: string, ...given: unknown[]]

/** A chain of calls as plain JavaScript may write it. */
function chained(start: object, ...calls: readonly Call[]): unknown {
  return calls.reduce<unknown>((target, [method, ...given]) => {
    const called: unknown = Reflect.get(target as object, method)
    assert.ok(typeof called === 'function', `there is no ${method}`)
    return Reflect.apply(called, target, given) as unknown
  }, start)
}

let numbers: DataStream<number>

beforeEach(() => {
  const executor = { submit: () => Promise.reject(new TypeError('nothing is submitted')) }
  installExecutionContext({ executor, configuration: new Configuration(), programArguments: [] })
  numbers = StreamExecutionEnvironment.getExecutionEnvironment().fromElements(1)
})

const key = (value: number): number => value
const windows = TumblingEventTimeWindows.of(1000)
const pair = (): number => 0

type Row = readonly [what: string, operator: string, words: RegExp, make: () => unknown]

const join = (...calls: readonly Call[]): unknown => chained(numbers, ['join', numbers], ...calls)
const intervalJoin = (...calls: readonly Call[]): unknown =>
  chained(numbers.keyBy(key), ['intervalJoin', numbers.keyBy(key)], ...calls)

const ROWS: readonly Row[] = [
  ['no stream', 'join', /takes another stream, not 1$/, () => chained(numbers, ['join', 1])],
  ['no stream in a coGroup', 'coGroup', /takes another stream, not undefined$/, () => chained(numbers, ['coGroup'])],
  [
    'equalTo without where',
    'join',
    /equalTo\(\.\.\.\) was called where where\(\.\.\.\) comes; write join\(other\)\.where\(key\)\.equalTo\(key\)\.window\(assigner\)\.apply\(function\)$/,
    () => join(['equalTo', key]),
  ],
  ['window without keys', 'join', /window\(\.\.\.\) was called where where/, () => join(['window', windows])],
  [
    'window without equalTo',
    'join',
    /window\(\.\.\.\) was called where equalTo/,
    () => join(['where', key], ['window', windows]),
  ],
  [
    'apply without equalTo',
    'join',
    /apply\(\.\.\.\) was called where equalTo/,
    () => join(['where', key], ['apply', pair]),
  ],
  [
    'apply without a window',
    'join',
    /apply\(\.\.\.\) was called where window/,
    () => join(['where', key], ['equalTo', key], ['apply', pair]),
  ],
  ['where twice', 'join', /where\(\.\.\.\) was called where equalTo/, () => join(['where', key], ['where', key])],
  [
    'a coGroup without a window',
    'coGroup',
    /write coGroup\(other\)\.where/,
    () => chained(numbers, ['coGroup', numbers], ['where', key], ['equalTo', key], ['apply', pair]),
  ],
  ['no key', 'where', /was given no key$/, () => join(['where'])],
  ['no second key', 'equalTo', /a key is a function.* not boolean$/, () => join(['where', key], ['equalTo', true])],
  [
    'no window assigner',
    'window',
    /takes a WindowAssigner, not 1000$/,
    () => join(['where', key], ['equalTo', key], ['window', 1000]),
  ],
  [
    'no function',
    'apply',
    /takes a function or an object with a join method/,
    () => join(['where', key], ['equalTo', key], ['window', windows], ['apply', {}]),
  ],
  [
    'a stream without keys',
    'intervalJoin',
    /is of two keyed streams: call keyBy\(\.\.\.\) on both first$/,
    () => chained(numbers, ['intervalJoin', numbers.keyBy(key)]),
  ],
  [
    'another stream without keys',
    'intervalJoin',
    /takes another keyed stream, not a stream that is not keyed: call keyBy/,
    () => chained(numbers.keyBy(key), ['intervalJoin', numbers]),
  ],
  [
    'no other stream',
    'intervalJoin',
    /takes another keyed stream, not undefined$/,
    () => chained(numbers.keyBy(key), ['intervalJoin']),
  ],
  [
    'bounds the wrong way round',
    'between',
    /2000 ms is more than -1 ms: exchange the bounds$/,
    () => intervalJoin(['between', Time.seconds(2), -1]),
  ],
  [
    'no lower bound',
    'between',
    /the lower bound must be whole milliseconds.* not null$/,
    () => intervalJoin(['between', null, 1]),
  ],
  [
    'no upper bound',
    'between',
    /the upper bound must be whole milliseconds.* not undefined$/,
    () => intervalJoin(['between', 0]),
  ],
  [
    'processing time',
    'between',
    /by event time only\. Leave inProcessingTime\(\) out/,
    () => intervalJoin(['inProcessingTime'], ['between', 0, 1]),
  ],
  [
    'no bounds',
    'process',
    /is called where between\(lowerBound, upperBound\) comes/,
    () => intervalJoin(['process', {}]),
  ],
  [
    'no tag for left records',
    'sideOutputLeftLateData',
    /takes an OutputTag, not 'late'$/,
    () => intervalJoin(['between', 0, 1], ['sideOutputLeftLateData', 'late']),
  ],
  [
    'no tag for right records',
    'sideOutputRightLateData',
    /takes an OutputTag, not 1$/,
    () => intervalJoin(['between', 0, 1], ['sideOutputRightLateData', 1]),
  ],
  [
    'no function of pairs',
    'process',
    /takes a function or an object with a processElement method/,
    () => intervalJoin(['between', 0, 1], ['process', {}]),
  ],
]

describe('a join is told', () => {
  for (const [what, operator, words, make] of ROWS) {
    it(`that it has ${what}`, () => {
      assert.throws(make, ({ code, details, message }: FlinkError) => {
        assert.equal(code, 'GRAPH_INVALID', message)
        assert.equal(details['operator'], operator, message)
        assert.match(message, words)
        return true
      })
    })
  }
})

describe('a join records', () => {
  it('what is said of its windows', () => {
    const { transformation } = numbers
      .coGroup(numbers)
      .where(key)
      .equalTo(key)
      .window(windows)
      .trigger(CountTrigger.of(3))
      .evictor(CountEvictor.of(2))
      .allowedLateness(Time.milliseconds(42))
      .apply(() => undefined)
    assert.ok(transformation.type === 'multiple-input' && transformation.operator.kind === 'co-group')
    const { allowedLatenessMs, assigner, trigger, evictor } = transformation.operator
    assert.equal(allowedLatenessMs, 42)
    assert.ok(assigner === windows && trigger instanceof CountTrigger && evictor instanceof CountEvictor)
    assert.equal(transformation.settings.name, 'CoGroup')
  })

  it('its bounds as whole ms, both included', () => {
    const joined = numbers.keyBy(key).intervalJoin(numbers.keyBy(key)).inProcessingTime().inEventTime().between(-1, 3)
    const { transformation } = joined
      .lowerBoundExclusive()
      .upperBoundExclusive()
      .process({ processElement: () => undefined } as never)
    assert.ok(transformation.type === 'multiple-input' && transformation.operator.kind === 'interval-join')
    assert.deepEqual(transformation.operator.bounds, { lowerMs: 0, upperMs: 2 })
  })

  it('a function with a third parameter as a flat one', () => {
    const joined = numbers.join(numbers).where(key).equalTo(key).window(windows)
    const kinds = [
      joined.apply((left, right) => left + right),
      joined.apply<number>((left, _right, out) => {
        out.collect(left)
      }),
    ].map(
      ({ transformation }) =>
        transformation.type === 'multiple-input' &&
        transformation.operator.kind === 'co-group' &&
        transformation.operator.result.kind,
    )
    assert.deepEqual(kinds, ['join', 'flat-join'])
  })
})
