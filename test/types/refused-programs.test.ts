import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { typeErrorsOf, type Snippet } from './type-checker.js'

const PRELUDE = `import {
  AggregatingStateDescriptor, DataStream, KeyedProcessFunction, ListStateDescriptor, MapStateDescriptor, OutputTag,
  ProcessFunction, ReducingStateDescriptor, RestartStrategies, RichMapFunction, RichSourceFunction,
  StreamExecutionEnvironment, Types, ValueStateDescriptor,
} from 'flink-ts'
import type {
  CheckpointedFunction, Collector, KeyedProcessFunctionContext, MapFunction, ProcessFunctionContext,
  RuntimeContext, SinkFunction, SourceFunction, ValueState,
} from 'flink-ts'
declare const env: StreamExecutionEnvironment
declare const context: RuntimeContext
const words: DataStream<string> = env.fromElements('a', 'b')
const pairs: DataStream<[string, number]> = words.map((word): [string, number] => [word, 1])
const visits: DataStream<{ user: { id: string }; pages: number }> = env.fromElements({ user: { id: 'u' }, pages: 1 })
`

/** What must not compile, and what the compiler says to it. */
const REFUSED: readonly (readonly [title: string, code: string, message: RegExp])[] = [
  ['a mapper of another record type', 'words.map((value: number) => value + 1)', /not assignable|No overload/],
  ['a mapper that is no function', 'words.map(42)', /not assignable/],
  ['a filter that gives no boolean', 'words.filter((value) => value.length)', /not assignable/],
  [
    'a reducer that gives another type',
    'words.keyBy((w) => w).reduce((a, b) => a.length + b.length)',
    /not assignable/,
  ],
  ['an aggregation of a stream without key', 'pairs.sum(1)', /Property 'sum' does not exist/],
  ['a union of streams of different records', 'words.union(pairs)', /not assignable/],
  [
    'a process function of another key type',
    `
    class F extends KeyedProcessFunction<number, string, string> {
      processElement(_v: string, _c: KeyedProcessFunctionContext<number>, _o: Collector<string>): void {}
    }
    words.keyBy((word) => word).process(new F())`,
    /not assignable/,
  ],
  [
    'a process function of another record type',
    `
    class F extends ProcessFunction<number, string> {
      processElement(_v: number, _c: ProcessFunctionContext, _o: Collector<string>): void {}
    }
    words.process(new F())`,
    /not assignable/,
  ],
  ['a rich function without its method', 'class F extends RichMapFunction<string, string> {}', /abstract member map/],
  ['a rich source without run', 'class F extends RichSourceFunction<string> {}', /abstract member run/],
  ['a source of other records', 'const s: SourceFunction<string> = { *run() { yield 1 } }', /not assignable/],
  ['a sink of other records', 'words.addSink({ invoke(value: number) { void value } })', /not assignable|No overload/],
  ['half a CheckpointedFunction', 'const f: CheckpointedFunction = { snapshotState() {} }', /initializeState/],
  ['a default value of another type', "new ValueStateDescriptor('n', Types.LONG, 'none')", /not assignable/],
  [
    'a state of another type',
    `
    const s: ValueState<string> = context.getState(new ValueStateDescriptor('n', Types.LONG))`,
    /not assignable/,
  ],
  [
    'a value that may be null, used without a look',
    `
    const n: number = context.getState(new ValueStateDescriptor('n', Types.LONG)).value()`,
    /null' is not assignable/,
  ],
  [
    'an element of another type in list state',
    `
    context.getListState(new ListStateDescriptor('l', Types.LONG)).add('one')`,
    /not assignable/,
  ],
  [
    'an entry of another type in map state',
    `
    context.getMapState(new MapStateDescriptor('m', Types.STRING, Types.LONG)).put(1, 1)`,
    /not assignable/,
  ],
  [
    'a reducer of another type in reducing state',
    `
    new ReducingStateDescriptor<number>('r', (a: string, b: string) => a + b)`,
    /not assignable/,
  ],
  [
    'an aggregate function without merge',
    `
    new AggregatingStateDescriptor('a', { createAccumulator: () => 0, add: (v: number, a: number) => a + v, getResult: (a: number) => a })`,
    /merge/,
  ],
  [
    'a side output record of another type',
    `
    class F extends ProcessFunction<string, string> {
      processElement(value: string, ctx: ProcessFunctionContext, _o: Collector<string>): void {
        ctx.output(new OutputTag('n', Types.LONG), value)
      }
    }`,
    /not assignable/,
  ],
  ['a checkpointing mode that does not exist', "env.enableCheckpointing(1000, 'SOMETIMES')", /not assignable/],
  ['a restart strategy that is a text', "env.setRestartStrategy('fixed-delay')", /not assignable/],
  ['a delay that is a text', "RestartStrategies.fixedDelayRestart(3, '10 s')", /not assignable/],
  [
    'a tuple type of other fields',
    `
    const d = new ValueStateDescriptor<[string, number]>('t', Types.TUPLE(Types.LONG, Types.STRING))`,
    /not assignable/,
  ],
]

/** What looks alike and must compile: without it the table above would prove little. */
const ACCEPTED: readonly (readonly [title: string, code: string])[] = [
  [
    'keys in their three forms',
    "words.keyBy((word) => word); pairs.keyBy(0); visits.keyBy('user.id'); pairs.keyBy(0, 1)",
  ],
  ['a key with its type', 'pairs.keyBy(([, n]) => n, Types.DOUBLE)'],
  [
    'functions as arrows, objects and instances',
    `
    class Upper implements MapFunction<string, string> { map(value: string): string { return value.toUpperCase() } }
    words.map((w) => w.length); words.map({ map: (w: string) => w.length }); words.map(new Upper())`,
  ],
  [
    'the three shapes of run',
    `
    env.addSource<number>(function* () { yield 1 })
    env.addSource<number>(async function* () { yield 1 })
    env.addSource<number>(async (ctx) => { await ctx.collect(1) })`,
  ],
  [
    'a default value makes value() never null',
    `
    const n: number = context.getState(new ValueStateDescriptor('n', Types.LONG, 0)).value()
    const t: [number, number] = context.getState(
      new ValueStateDescriptor('t', Types.TUPLE(Types.LONG, Types.LONG), [0, 0])).value()`,
  ],
  ['a sink that gives a promise', 'const sink: SinkFunction<string> = { async invoke() {} }; words.addSink(sink)'],
  [
    'a type for class instances',
    `
    class User { name = ''; visits = 0 }
    const user: ValueState<User> = context.getState(new ValueStateDescriptor('user', Types.POJO(User)))`,
  ],
]

const snippet = (title: string, code: string): Snippet => ({ name: title, code: `${PRELUDE}${code}` })

describe('the type checker', () => {
  const refused = typeErrorsOf(REFUSED.map(([title, code]) => snippet(title, code)))
  const accepted = typeErrorsOf(ACCEPTED.map(([title, code]) => snippet(title, code)))

  for (const [index, [title, , message]] of REFUSED.entries()) {
    test(`refuses ${title}`, () => {
      assert.match((refused[index] ?? []).join('\n'), message)
    })
  }

  for (const [index, [title]] of ACCEPTED.entries()) {
    test(`takes ${title}`, () => {
      assert.deepEqual(accepted[index], [])
    })
  }
})
