/** What the compiler would refuse, and a program in plain JavaScript finds out with its first line of the job. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { DataStream } from '../../../src/api/datastream/data-stream.js'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import { JobManagerCheckpointStorage } from '../../../src/api/environment/checkpoint-storages.js'
import { RocksDBStateBackend } from '../../../src/api/environment/rocksdb-state-backends.js'
import { HashMapStateBackend } from '../../../src/api/environment/state-backends.js'
import { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import { OutputTag } from '../../../src/api/functions/output-tag.js'
import { RichReduceFunction } from '../../../src/api/functions/reduce-function.js'
import { AggregatingStateDescriptor } from '../../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import { ReducingStateDescriptor } from '../../../src/api/state/reducing-state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { TypeInformation } from '../../../src/api/types/type-information.js'
import { Types } from '../../../src/api/types/types-table.js'
import { EventTimeSessionWindows } from '../../../src/api/windowing/assigners/event-time-session-windows.js'
import { TumblingEventTimeWindows } from '../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import type { WindowAssigner } from '../../../src/api/windowing/assigners/window-assigner.js'
import { CountTrigger } from '../../../src/api/windowing/triggers/count-trigger.js'
import type { TimeWindow } from '../../../src/api/windowing/windows/time-window.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import type { FlinkError } from '../../../src/core/errors/flink-error.js'

let numbers: DataStream<number>
let env: StreamExecutionEnvironment

beforeEach(() => {
  const executor = { submit: () => Promise.reject(new TypeError('nothing is submitted')) }
  installExecutionContext({ executor, configuration: new Configuration(), programArguments: [] })
  env = StreamExecutionEnvironment.getExecutionEnvironment()
  numbers = env.fromElements(1)
})

class Visit {
  readonly pages = 1
}

const sum = (left: number, right: number): number => left + right
const aggregator = { createAccumulator: () => 0, add: sum, getResult: (total: number) => total, merge: sum }
const one = (value: number): number => value

class RichSum extends RichReduceFunction<number> {
  reduce = sum
}

type NoType = TypeInformation<never>

const PLACES: readonly (readonly [place: string, operator: string, make: (type: NoType) => unknown])[] = [
  ['value state', 'new ValueStateDescriptor(...)', (type) => new ValueStateDescriptor('s', type)],
  ['list state', 'new ListStateDescriptor(...)', (type) => new ListStateDescriptor('s', type)],
  ['keys of map state', 'new MapStateDescriptor(...)', (type) => new MapStateDescriptor('s', type)],
  ['values of map state', 'new MapStateDescriptor(...)', (type) => new MapStateDescriptor('s', undefined, type)],
  ['reducing state', 'new ReducingStateDescriptor(...)', (type) => new ReducingStateDescriptor('s', sum, type)],
  [
    'aggregating state',
    'new AggregatingStateDescriptor(...)',
    (type) => new AggregatingStateDescriptor('s', aggregator, type),
  ],
  ['a side output', 'new OutputTag(...)', (type) => new OutputTag('late', type)],
  ['map', 'Map', (type) => numbers.map(one as never, type)],
  ['flatMap', 'Flat Map', (type) => numbers.flatMap(() => undefined, type)],
  ['process', 'Process', (type) => numbers.process({ processElement: () => undefined } as never, type)],
  ['returns', 'Map.returns', (type) => numbers.map(one).returns(type)],
  ['keyBy', 'keyBy', (type) => numbers.keyBy(one as never, type)],
  ['fromCollection', 'Source: Collection Source', (type) => env.fromCollection([], type)],
  [
    'addSource',
    'Source: s',
    (type) => env.addSource({ run: () => Promise.resolve(), cancel: () => undefined }, 's', type),
  ],
  ['an element', 'Types.LIST', (type) => Types.LIST(type)],
  ['a key', 'Types.MAP', (type) => Types.MAP(type, Types.LONG)],
  ['a value', 'Types.MAP', (type) => Types.MAP(Types.LONG, type)],
  ['a component', 'Types.TUPLE', (type) => Types.TUPLE(Types.LONG, type)],
  ['a field', 'the field n of Types.OBJECT', (type) => Types.OBJECT({ n: type })],
  ['a field of a class', 'the field n of Types.POJO', (type) => Types.POJO(Visit, { n: type })],
]

const GIVEN: readonly (readonly [given: unknown, words: RegExp])[] = [
  [0, / 0\b/],
  ['STRING', / 'STRING'/],
  [null, / null\b/],
  [{ description: 'MINE' }, /\{ description: 'MINE' \}/],
  [Number, /the class Number\b/],
  [Visit, /the class Visit\b/],
  [Types.LIST, /a function\b/],
]

describe('What is given for a type and is none', () => {
  for (const [place, operator, make] of PLACES) {
    it(`is told at once: ${place}`, () => {
      for (const [given, words] of GIVEN) {
        assert.throws(
          () => make(given as NoType),
          ({ code, details, message }: FlinkError) => {
            assert.equal(code, 'GRAPH_INVALID', message)
            assert.equal(details['operator'], operator)
            if (operator !== 'keyBy') assert.match(message, words)
            assert.match(message, /such as Types\.STRING/)
            return true
          },
        )
      }
    })
  }

  it('gets the advice that fits it', () => {
    const advice = (type: unknown, ...more: unknown[]): string => {
      try {
        Reflect.construct(ValueStateDescriptor, ['s', type, ...more])
        return ''
      } catch (error) {
        return (error as FlinkError).message
      }
    }
    assert.match(
      advice(0),
      /given 0\. A default value comes third, and where no type is declared undefined comes second\.$/,
    )
    assert.match(advice(String), /write Types\.STRING\./)
    assert.match(advice(Visit), /write Types\.POJO\(Visit\)\./)
    assert.match(advice(Types.TUPLE), /call it where it makes a type, as Types\.LIST\(\.\.\.\)/)
    assert.equal(advice(undefined, 0), '')
  })

  it('is not what users make themselves', () => {
    const own = { description: 'MINE', keyKind: () => 'auto', createSerializer: () => undefined }
    for (const [, , make] of PLACES) make(own as never)
  })
})

describe('What is given for a function, a tag or several keys and is none', () => {
  const rows: readonly (readonly [what: string, words: RegExp, make: () => unknown])[] = [
    ['a reducer', /an object with reduce, and it was given 0$/, () => new ReducingStateDescriptor('s', 0 as never)],
    [
      'an aggregator',
      /in the one it was given getResult, merge is missing$/,
      () => new AggregatingStateDescriptor('s', { createAccumulator: () => 0, add: sum } as never),
    ],
    ['a tag', /takes an OutputTag.* not 'late'$/, () => numbers.map(one).getSideOutput('late' as never)],
    ['no tag', /takes an OutputTag.* not undefined$/, () => numbers.map(one).getSideOutput(undefined as never)],
    ['a second key', /several keys are positions or paths/, () => numbers.keyBy(0, one as never)],
    [
      'the name of an operator',
      /name has to be a string.* undefined$/,
      () => numbers.map(one).name(undefined as never),
    ],
    ['a uid', /uid has to be a string.* 5$/, () => numbers.map(one).uid(5 as never)],
    ['a hash', /hash has to be a string/, () => numbers.map(one).setUidHash(5 as never)],
    ['a description', /description has to be a string/, () => numbers.map(one).setDescription({} as never)],
    ['a group', /group has to be a string/, () => numbers.map(one).slotSharingGroup(1 as never)],
    ['the name of a sink', /name has to be a string.* 7$/, () => numbers.print().name(7 as never)],
    [
      'the name of a job',
      /name of the job has to be a string.*\{ name: 'n' \}$/,
      () => env.execute({ name: 'n' } as never),
    ],
    ['the name of a job that is not waited for', /has to be a string.* 5$/, () => env.executeAsync(5 as never)],
    ['a path', /readTextFile: the path has to be a string/, () => env.readTextFile(undefined as never)],
    ['a path to write to', /writeAsText: the path has to be/, () => numbers.writeAsText(undefined as never)],
    ['a host', /socketTextStream: the host has to be/, () => env.socketTextStream(undefined as never, 1)],
    ['a text as a collection', /fromCollection: .* 'abc'\. Single values/, () => env.fromCollection('abc')],
    ['a number as a collection', /fromCollection: .* 5\. Single values/, () => env.fromCollection(5 as never)],
    ['a parallelism', /positive whole number, not '2'$/, () => numbers.map(one).setParallelism('2' as never)],
    ['a max parallelism', /between 1 and 32768, not '2'$/, () => env.setMaxParallelism('2' as never)],
    ['a duration', /Duration\.ofSeconds\(5\).* '5 s'$/, () => env.enableCheckpointing('5 s' as never)],
    ['a duration that is no number', /NaN$/, () => env.getCheckpointConfig().setCheckpointTimeout(Number.NaN)],
    ['a restart strategy', /RestartStrategies\.noRestart\(\).* 'none'$/, () => env.setRestartStrategy('none' as never)],
    ['a state backend', /HashMapStateBackend.* 'hashmap'$/, () => env.setStateBackend('hashmap' as never)],
    [
      'a checkpoint storage',
      /directory or a storage.* 5$/,
      () => env.getCheckpointConfig().setCheckpointStorage(5 as never),
    ],
    [
      'an object that cannot be applied',
      /setStateBackend: it takes a state backend/,
      () => env.setStateBackend({ applyTo: 5 } as never),
    ],
    [
      'a checkpoint storage as the state backend',
      /setStateBackend: .* call getCheckpointConfig\(\)\.setCheckpointStorage/,
      () => env.setStateBackend(new JobManagerCheckpointStorage()),
    ],
    [
      'a state backend as the checkpoint storage',
      /setCheckpointStorage: .* call setStateBackend/,
      () => env.getCheckpointConfig().setCheckpointStorage(new RocksDBStateBackend('/checkpoints')),
    ],
    [
      'a state backend as the restart strategy',
      /setRestartStrategy: .* call setStateBackend/,
      () => env.setRestartStrategy(new HashMapStateBackend()),
    ],
    ...(['getExecutionEnvironment', 'configure'] as const).flatMap((place) => {
      const give = (conf: unknown) => () =>
        place === 'configure' ? env.configure(conf as never) : StreamExecutionEnvironment[place](conf as never)
      const words = new RegExp(`at ${place}: it takes a Configuration or an object of options`)
      const nested = new RegExp(`at ${place}: the value of parallelism has to be a text.*keys are written whole`)
      return [
        [`a text as options of ${place}`, words, give('x')],
        [`null as options of ${place}`, words, give(null)],
        [`a Map as options of ${place}`, words, give(new Map([['parallelism.default', '2']]))],
        [`options of ${place} that are nested`, nested, give({ parallelism: { default: 2 } })],
      ] as const
    }),
    ['a savepoint directory', /directory has to be a string/, () => env.setDefaultSavepointDirectory(1 as never)],
    ['a state name', /it was given \[Function: name\]/, () => new ListStateDescriptor(function name() {} as never)],
  ]
  for (const [what, words, make] of rows) {
    it(`is told at once: ${what}`, async () => {
      await assert.rejects(async () => make(), { code: 'GRAPH_INVALID', message: words })
    })
  }
})

describe('An environment', () => {
  it('takes options as an object, those that are undefined not', () => {
    const options = { 'parallelism.default': 3, 'pipeline.object-reuse': true, 'pipeline.max-parallelism': undefined }
    for (const made of [
      StreamExecutionEnvironment.getExecutionEnvironment(options),
      StreamExecutionEnvironment.createLocalEnvironment(undefined, options),
      StreamExecutionEnvironment.getExecutionEnvironment().configure(options),
    ]) {
      assert.equal(made.getParallelism(), 3)
      assert.equal(made.getConfig().isObjectReuseEnabled(), true)
    }
    const given = new Configuration().setString('parallelism.default', '4')
    assert.equal(StreamExecutionEnvironment.getExecutionEnvironment(given).getParallelism(), 4)
  })
})

describe('A windowed stream', () => {
  const wrong = (value: unknown): never => value as never
  const windowed = (assigner: WindowAssigner<unknown, TimeWindow> = TumblingEventTimeWindows.of(1000)) =>
    numbers.keyBy(one).window(assigner)
  const refuses = (call: () => unknown, reason: RegExp): void => {
    assert.throws(call, (error: FlinkError) => error.code === 'GRAPH_INVALID' && reason.test(error.message))
  }

  it('refuses what is no assigner, trigger, evictor, tag or lateness', () => {
    refuses(() => windowed(wrong(1000)), /at window: it takes a WindowAssigner, not 1000/)
    refuses(() => numbers.windowAll(wrong(undefined)), /at windowAll: it takes a WindowAssigner, not undefined/)
    refuses(() => windowed().trigger(wrong(3)), /it takes a Trigger, not 3/)
    refuses(() => windowed().evictor(wrong(3)), /it takes an Evictor, not 3/)
    refuses(() => windowed().sideOutputLateData(wrong('late')), /it takes an OutputTag, not 'late'/)
    refuses(() => windowed().allowedLateness(-1), /the allowed lateness cannot be negative/)
  })

  it('refuses a trigger that cannot merge where windows do', () => {
    const neverMerges = Object.assign(CountTrigger.of(3), { canMerge: () => false })
    refuses(() => windowed(EventTimeSessionWindows.withGap(5)).trigger(neverMerges), /merge, which its trigger/)
  })

  it('refuses functions that are none, and says where those of the other kind go', () => {
    const processing = wrong({ process: () => undefined })
    const applying = wrong({ apply: () => undefined })
    refuses(() => windowed().apply(processing), /at apply: .* One with the method process goes to process\(\.\.\.\)/)
    refuses(() => windowed().process(applying), /at process: .* One with the method apply goes to apply\(\.\.\.\)/)
    refuses(
      () => windowed().aggregate(wrong({ ...aggregator, merge: 1 })),
      /createAccumulator, add, getResult and merge/,
    )
    const rich = wrong(Object.assign(new RichSum(), aggregator))
    refuses(() => windowed().aggregate(rich), /cannot be a rich function/)
    refuses(() => windowed().reduce(rich), /cannot be a rich function/)
  })
})
