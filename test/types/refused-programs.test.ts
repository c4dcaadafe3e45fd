import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { typeErrorsOf, type Snippet } from './type-checker.js'

const PRELUDE = `import {
  AggregatingStateDescriptor, BroadcastProcessFunction, CoProcessFunction, DataStream, KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction, KeyedProcessFunction, ListStateDescriptor, MapStateDescriptor, OutputTag, ProcessFunction, ReducingStateDescriptor, RestartStrategies, RichMapFunction, RichSourceFunction,
  StreamExecutionEnvironment, Types, ValueStateDescriptor,
} from 'flink-ts'
import type {
  BroadcastProcessFunctionContext, BroadcastProcessFunctionReadOnlyContext, CheckpointedFunction, Collector,
  KeyedBroadcastProcessFunctionContext, KeyedProcessFunctionContext, ListState, MapFunction, ProcessFunctionContext,
  RuntimeContext, SinkFunction, SourceFunction, ValueState,
} from 'flink-ts'
declare const env: StreamExecutionEnvironment
declare const context: RuntimeContext
const words: DataStream<string> = env.fromElements('a', 'b')
const pairs: DataStream<[string, number]> = words.map((word): [string, number] => [word, 1])
const rules = new MapStateDescriptor('rules', Types.STRING, Types.LONG)
declare const reading: BroadcastProcessFunctionReadOnlyContext
declare const writing: BroadcastProcessFunctionContext
declare const keyedWriting: KeyedBroadcastProcessFunctionContext<string>
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
  [
    'a keyed process function on a stream without key',
    `
    class F extends KeyedProcessFunction<string, string, string> {
      processElement(_v: string, _c: KeyedProcessFunctionContext<string>, _o: Collector<string>): void {}
    }
    words.process(new F())`,
    /a KeyedProcessFunction needs a stream with a key: stream\.keyBy/,
  ],
  [
    'a keyed co-process function where one without keys is asked for',
    `
    class F extends KeyedCoProcessFunction<string, string, [string, number], string> {
      processElement1(_v: string, _c: KeyedProcessFunctionContext<string>, _o: Collector<string>): void {}
      processElement2(_v: [string, number], _c: KeyedProcessFunctionContext<string>, _o: Collector<string>): void {}
    }
    const f: CoProcessFunction<string, [string, number], string> = new F()`,
    /a KeyedCoProcessFunction needs two streams with keys: first\.connect/,
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
  ['a window join without a key', 'words.join(pairs).equalTo((pair) => pair[0])', /Property 'equalTo' is protected/],
  [
    'a window join without a window',
    'words.join(pairs).where((w) => w).equalTo(([w]) => w).apply(() => 1)',
    /protected/,
  ],
  [
    'a window join by keys of different types',
    'words.join(pairs).where((w) => w).equalTo(([, n]) => n)',
    /not assignable/,
  ],
  ['an interval join of a stream without keys', 'words.intervalJoin(pairs)', /Property 'intervalJoin' is protected/],
  [
    'an interval join by keys of different types',
    'words.keyBy((w) => w).intervalJoin(pairs.keyBy(([, n]) => n))',
    /not assignable/,
  ],
  [
    'an interval join without bounds',
    'words.keyBy((w) => w).intervalJoin(words.keyBy((w) => w)).process({})',
    /protected/,
  ],
  ['two streams with a function of one', 'words.connect(pairs).map((word: string) => word)', /not assignable/],
  [
    'two streams the other way round',
    'words.connect(pairs).map({ map1: ([w]: [string, number]) => w, map2: (w: string) => w })',
    /not assignable/,
  ],
  ['a method for one of two streams alone', 'words.connect(pairs).map({ map1: (w: string) => w })', /map2/],
  [
    'keys of two streams that differ',
    'words.connect(pairs).keyBy((w) => w, ([, n]) => n)',
    /not assignable|No overload/,
  ],
  [
    'a function of two keyed streams with another key',
    `
    class F extends KeyedCoProcessFunction<number, string, [string, number], string> {
      processElement1(_v: string, _c: KeyedProcessFunctionContext<number>, _o: Collector<string>): void {}
      processElement2(_v: [string, number], _c: KeyedProcessFunctionContext<number>, _o: Collector<string>): void {}
    }
    words.connect(pairs).keyBy((w) => w, ([w]) => w).process(new F())`,
    /not assignable/,
  ],
  ['a change of broadcast state by a record', "reading.getBroadcastState(rules).put('a', 1)", /'put' does not exist/],
  ['a removal of broadcast state by a record', 'reading.getBroadcastState(rules).clear()', /'clear' does not exist/],
  ['an entry of another type in broadcast state', "writing.getBroadcastState(rules).put('a', 'b')", /not assignable/],
  [
    'broadcast state that is no map',
    "words.broadcast(new ListStateDescriptor('l', Types.LONG))",
    /not assignable|No overload/,
  ],
  ['keyed state of all keys without a key', 'writing.applyToKeyedState(rules, () => {})', /does not exist/],
  [
    'a state of another type for all keys',
    `
    keyedWriting.applyToKeyedState(new ListStateDescriptor('l', Types.LONG), (_key, list) => list.add('one'))`,
    /not assignable/,
  ],
  ['a broadcast stream as a stream', 'words.broadcast(rules).map((word) => word)', /'map' does not exist/],
  [
    'a broadcast function of other rules',
    `
    class F extends BroadcastProcessFunction<string, number, string> {
      processElement(): void {}
      processBroadcastElement(_rule: number): void {}
    }
    words.connect(pairs.broadcast(rules)).process(new F())`,
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
    'the functions of two streams',
    `
    words.connect(pairs).map({ map1: (w) => w.length, map2: ([, n]) => n }).map((n) => n + 1)
    words.connect(pairs).flatMap<number>({ flatMap1: (w, out) => out.collect(w.length), flatMap2: () => {} })
    words.connect(pairs).keyBy((w) => w, 0); words.connect(pairs).keyBy(['length'], [0])
    class F extends CoProcessFunction<string, [string, number], string> {
      processElement1(value: string, _ctx: ProcessFunctionContext, out: Collector<string>): void { out.collect(value) }
      processElement2([value]: [string, number], _ctx: ProcessFunctionContext, out: Collector<string>): void { out.collect(value) }
    }
    const result: DataStream<string> = words.connect(pairs).process(new F())`,
  ],
  [
    'broadcast state and the state of all keys',
    `
    const limit: number | null = reading.getBroadcastState(rules).get('a')
    writing.getBroadcastState(rules).put('a', 1)
    keyedWriting.applyToKeyedState(new ListStateDescriptor('l', Types.LONG), (_key, list: ListState<number>) => list.add(1))
    keyedWriting.applyToKeyedState(new ValueStateDescriptor('v', Types.LONG, 0), (key, v) => v.update(v.value() + key.length))
    class F extends KeyedBroadcastProcessFunction<string, string, [string, number], string> {
      processElement(): void {}
      processBroadcastElement(): void {}
    }
    const result: DataStream<string> = words.keyBy((w) => w).connect(pairs.broadcast(rules)).process(new F())`,
  ],
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
