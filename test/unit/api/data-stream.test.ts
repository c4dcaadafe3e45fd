import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { Transformation } from '../../../src/api/dag/transformation.js'
import type { DataStream } from '../../../src/api/datastream/data-stream.js'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import type { Pipeline } from '../../../src/api/environment/pipeline-executor.js'
import { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import { OutputTag } from '../../../src/api/functions/output-tag.js'
import { KeyedProcessFunction, ProcessFunction } from '../../../src/api/functions/process-function.js'
import { Types } from '../../../src/api/types/types-table.js'
import { TumblingEventTimeWindows } from '../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

let submitted: Pipeline[]
let env: StreamExecutionEnvironment

beforeEach(() => {
  submitted = []
  const executor = {
    submit: (pipeline: Pipeline) => {
      submitted.push(pipeline)
      const result = { jobId: 'j', netRuntimeMs: 1, accumulatorResults: {} }
      return Promise.resolve({
        jobId: 'j',
        result: () => Promise.resolve(result),
        cancel: () => Promise.resolve(),
        status: () => Promise.resolve('FINISHED'),
        triggerSavepoint: () => Promise.resolve(''),
        stopWithSavepoint: () => Promise.resolve(''),
        nextResults: () => Promise.resolve(undefined),
        discardResults: () => undefined,
      })
    },
  }
  const configuration = Configuration.fromMap({ 'parallelism.default': '3' })
  installExecutionContext({ executor, configuration, programArguments: [] })
  env = StreamExecutionEnvironment.getExecutionEnvironment()
})

function inputsOf(transformation: Transformation): readonly Transformation[] {
  if (transformation.type === 'source') return []
  if (transformation.type === 'multiple-input') return transformation.inputs.map(({ input }) => input)
  return transformation.type === 'union' ? transformation.inputs : [transformation.input]
}

/** What a transformation does and where its records come from, as `Map(1)`; virtual ones by their partitioner or tag. */
function describeOne(transformation: Transformation): string {
  const inputs = inputsOf(transformation).map(describeOne).join('|')
  const { settings } = transformation
  if (transformation.type === 'partition') return `${transformation.partitioner.kind}(${inputs})`
  if (transformation.type === 'side-output') return `side ${transformation.tag}(${inputs})`
  if (transformation.type === 'union') return `union(${inputs})`
  return inputs === '' ? settings.name : `${settings.name}(${inputs})`
}

async function recorded(): Promise<readonly Transformation[]> {
  await env.execute('test')
  const [pipeline] = submitted
  assert.ok(pipeline)
  return pipeline.transformations.filter((each) => each.type !== 'sink')
}

async function lines(): Promise<string[]> {
  return (await recorded()).map(describeOne)
}

class Split extends ProcessFunction<number, number> {
  processElement(): void {
    // Nothing is emitted: only the recording is looked at.
  }
}

class Count extends KeyedProcessFunction<number, number, number> {
  processElement(): void {
    // As above.
  }
}

describe('A DataStream', () => {
  it('appends one transformation a call, in the order of the calls, each with its input', async () => {
    const numbers = env.fromElements(1, 2, 3)
    numbers
      .map((value) => value + 1)
      .filter((value) => value > 1)
      .flatMap((value, out) => out.collect(value))
      .process(new Split())
      .print()
    assert.deepEqual(await lines(), [
      'Source: Collection Source',
      'Map(Source: Collection Source)',
      'Filter(Map(Source: Collection Source))',
      'Flat Map(Filter(Map(Source: Collection Source)))',
      'Process(Flat Map(Filter(Map(Source: Collection Source))))',
      'Sink: Print to Std. Out(Process(Flat Map(Filter(Map(Source: Collection Source)))))',
    ])
  })

  it('may be read by several', async () => {
    const numbers = env.fromElements(1)
    numbers.print()
    numbers.printToErr()
    assert.deepEqual((await lines()).slice(1), [
      'Sink: Print to Std. Out(Source: Collection Source)',
      'Sink: Print to Std. Err(Source: Collection Source)',
    ])
  })

  const exchanges: readonly [string, (stream: DataStream<number>) => DataStream<number>][] = [
    ['broadcast', (stream) => stream.broadcast()],
    ['shuffle', (stream) => stream.shuffle()],
    ['rebalance', (stream) => stream.rebalance()],
    ['rescale', (stream) => stream.rescale()],
    ['global', (stream) => stream.global()],
    ['forward', (stream) => stream.forward()],
    ['hash', (stream) => stream.keyBy((value) => value)],
    [
      'custom',
      (stream) =>
        stream.partitionCustom(
          (key: number) => key,
          (value) => value,
        ),
    ],
  ]
  for (const [kind, exchange] of exchanges) {
    it(`${kind}: says how records travel to the next operator`, async () => {
      exchange(env.fromElements(1)).map((value) => value)
      assert.equal((await lines())[1], `Map(${kind}(Source: Collection Source))`)
    })
  }

  it('unites with others', async () => {
    env.fromElements(1).union(env.fromElements(2), env.fromElements(3).rebalance()).print()
    const source = 'Source: Collection Source'
    assert.equal((await lines()).at(-1), `Sink: Print to Std. Out(union(${source}|${source}|rebalance(${source})))`)
  })

  it('gives a side output its own stream', async () => {
    const tag = new OutputTag<string>('late')
    env.fromElements(1).process(new Split()).getSideOutput(tag).print()
    assert.equal((await lines()).at(-1), 'Sink: Print to Std. Out(side late(Process(Source: Collection Source)))')
  })

  it('refuses a side output that its operator never writes to', () => {
    const tag = new OutputTag<number>('late')
    const windows = () =>
      env
        .fromElements(1)
        .keyBy((value) => value)
        .window(TumblingEventTimeWindows.of(1000))
    const sum = (left: number, right: number): number => left + right
    const refused = (reason: RegExp): object => ({ code: 'GRAPH_INVALID', message: reason })
    assert.throws(
      () => windows().reduce(sum).getSideOutput(tag),
      refused(/^The job is not valid at TumblingEventTimeWindows: .*would stay empty: .*sideOutputLateData/),
    )
    windows().sideOutputLateData(tag).reduce(sum).getSideOutput(tag)
    assert.throws(
      () =>
        env
          .fromElements(1)
          .map((value) => value)
          .getSideOutput(tag),
      refused(/getSideOutput\('late'\) would stay empty: only a process function writes/),
    )
    const same = (value: number): number => value
    const joined = env
      .fromElements(1)
      .join(env.fromElements(1))
      .where(same)
      .equalTo(same)
      .window(TumblingEventTimeWindows.of(1000))
      .apply(sum)
    assert.throws(() => joined.getSideOutput(tag), refused(/would stay empty: only a process function writes/))
  })

  it('refuses windows without a function', async () => {
    env
      .fromElements(1)
      .keyBy((value) => value)
      .window(TumblingEventTimeWindows.of(1000))
    await assert.rejects(recorded(), {
      message: /at TumblingEventTimeWindows: its windows have no function: end them with reduce/,
    })
  })

  it('keyed gives its operators the key; an exchange takes it away again', async () => {
    const keyed = env.fromElements(1).keyBy((value) => value % 2)
    keyed.process(new Count())
    keyed.reduce((left, right) => left + right)
    keyed.rebalance().map((value) => value)
    const keys = (await recorded()).map((one) => (one.type === 'one-input' ? one.key?.select(3) : 'source'))
    assert.deepEqual(keys, ['source', 1, 1, undefined])
  })

  it('keyed by positions or paths keeps them in the plan', async () => {
    env
      .fromElements({ user: { id: 7 }, n: 1 })
      .keyBy('user.id')
      .sum('n')
    env.fromElements(['a', 'b', 1]).keyBy(0, 1).sum(2)
    const [, byPath, , byPositions] = await recorded()
    assert.ok(byPath?.type === 'one-input' && byPositions?.type === 'one-input')
    assert.equal(byPath.key?.path, 'user.id')
    assert.equal(byPath.key.select({ user: { id: 7 } }), 7)
    assert.deepEqual(byPositions.key?.select(['a', 'b', 1]), ['a', 'b'])
  })

  it('keyed by a declared type keeps it', async () => {
    env
      .fromElements(1)
      .keyBy((value) => value, Types.DOUBLE)
      .process(new Count())
    const operator = (await recorded())[1]
    assert.ok(operator?.type === 'one-input')
    assert.equal(operator.key?.kind, Types.DOUBLE.keyKind())
  })

  it('takes settings until the job is executed', async () => {
    const mapped = env.fromElements(1).map((value) => value)
    const sink = mapped.print()
    mapped.uid('m').name('My map').setParallelism(2).setMaxParallelism(64).slotSharingGroup('g').startNewChain()
    mapped.setDescription('maps').setBufferTimeout(5)
    sink.name('My sink').setParallelism(1)
    const [source, map, print] = await recorded()
    assert.deepEqual(map?.settings, {
      name: 'My map',
      description: 'maps',
      uid: 'm',
      uidHash: undefined,
      parallelism: 2,
      maxParallelism: 64,
      slotSharingGroup: 'g',
      chainingStrategy: 'head',
      bufferTimeoutMs: 5,
      nonParallel: false,
      badRecords: undefined,
    })
    assert.deepEqual([print?.settings.name, print?.settings.parallelism], ['My sink', 1])
    assert.equal(source?.settings.nonParallel, true)
  })

  it('refuses settings that cannot be, at the call', () => {
    const mapped = env.fromElements(1).map((value) => value)
    for (const parallelism of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => mapped.setParallelism(parallelism), { code: 'GRAPH_INVALID' })
      assert.throws(() => mapped.setMaxParallelism(parallelism), { code: 'GRAPH_INVALID' })
    }
    assert.throws(() => mapped.setMaxParallelism(32_769), { code: 'GRAPH_INVALID' })
    assert.throws(() => env.fromElements(1).setParallelism(2), /non parallel operator must be 1/)
  })

  it('gives windows of all records parallelism 1, for good', () => {
    env.setParallelism(3)
    const numbers = env.fromElements(1, 2).map((value) => value)
    for (const all of [
      numbers.windowAll(TumblingEventTimeWindows.of(10)).reduce((left, right) => left + right),
      numbers.countWindowAll(2).reduce((left, right) => left + right),
    ]) {
      assert.equal(all.transformation.settings.parallelism, 1)
      assert.throws(() => all.setParallelism(2), /non parallel operator must be 1/)
    }
  })

  it('refuses positions, ports, retries and write modes that cannot be, at the call', () => {
    const numbers = env.fromElements(1)
    const wrong = (value: unknown): never => value as never
    const refuses = (call: () => unknown, message: RegExp): void => {
      assert.throws(call, (error: unknown) => FlinkError.is(error, 'GRAPH_INVALID') && message.test(error.message))
    }
    refuses(() => numbers.project(), /project.*at least one/)
    for (const position of [-1, 0.5, 'f0', [0, 1], Number.NaN])
      refuses(() => numbers.project(0, wrong(position)), /project.*whole number/)
    for (const port of ['x', 0, -1, 1.5, 65_536, Number.NaN, undefined]) {
      refuses(() => numbers.writeToSocket('localhost', wrong(port), String), /writeToSocket.*the port/)
      refuses(() => env.socketTextStream('localhost', wrong(port)), /socketTextStream.*the port/)
    }
    for (const retries of ['many', Number.NaN, 1.5])
      refuses(() => env.socketTextStream('localhost', 9999, '\n', wrong(retries)), /socketTextStream.*maxRetry/)
    refuses(() => numbers.writeAsCsv('/tmp/a', wrong('over')), /writeAsCsv.*WriteMode.*'over'/)
    refuses(() => numbers.writeAsText('/tmp/a', wrong('over')), /writeAsText.*WriteMode.*'over'/)
    numbers.project(0, 1)
    numbers.writeToSocket('localhost', 65_535, String)
    env.socketTextStream('localhost', 1, '\n', -1)
  })

  it('gives its results to a loop without await, too', async () => {
    const values: number[] = []
    for await (const value of env.fromElements(1).executeAndCollect()) values.push(value)
    assert.deepEqual(values, [])
    assert.deepEqual(await env.fromElements(1).executeAndCollect('name', 3), [])
  })

  it('says how its results are had where plain JavaScript spreads them', async () => {
    const promise = env.fromElements(1).executeAndCollect()
    for (const results of [promise, await promise]) {
      const spread = (): unknown => [...(results as unknown as Iterable<number>)]
      assert.throws(spread, (error) => FlinkError.is(error, 'RESULTS_NOT_ITERABLE') && /for await/.test(error.message))
    }
  })

  it('refuses what is no function, no key, and a keyed function without a key, naming the call', () => {
    const numbers = env.fromElements(1)
    const wrong = (value: unknown): never => value as never
    assert.throws(() => numbers.map(wrong(undefined)), /map\(\) takes a function or an object with a method map, not/)
    assert.throws(() => numbers.filter(wrong({})), /filter\(\) takes/)
    assert.throws(
      () => numbers.addSink(wrong({ invok() {} })),
      /a method invoke, .* Is its 'invok' meant to be 'invoke'\?/,
    )
    assert.throws(() => numbers.addSink(wrong({ other() {} })), /a method invoke, not an object without it$/)
    assert.throws(() => numbers.process(wrong(Split)), /make an instance, new Split/)
    assert.throws(() => numbers.process(wrong(new Count())), /needs a keyed stream/)
    assert.throws(() => numbers.keyBy(wrong(-1)), { code: 'GRAPH_INVALID' })
    assert.throws(() => numbers.keyBy(''), { code: 'GRAPH_INVALID' })
    assert.throws(() => numbers.keyBy(), /no key/)
  })
})

describe('An environment', () => {
  it('hands over a job once: the next execute begins anew, with ids that go on', async () => {
    env.fromElements(1).print()
    await env.execute('first')
    env.fromElements(2).print()
    await env.execute('second')
    assert.deepEqual(
      submitted.map(({ jobName, transformations }) => [jobName, transformations.map(({ id }) => id)]),
      [
        ['first', [1, 2]],
        ['second', [3, 4]],
      ],
    )
  })

  it('gives the same ids to the same program', async () => {
    const program = async (): Promise<number[]> => {
      env = StreamExecutionEnvironment.getExecutionEnvironment()
      submitted = []
      env
        .fromElements(1)
        .keyBy((value) => value)
        .sum(0)
        .print()
      return (await recorded()).map(({ id }) => id)
    }
    assert.deepEqual(await program(), await program())
  })

  it('has the configuration of file and command line, which the program may change for its own job', async () => {
    assert.equal(env.getParallelism(), 3)
    env.setParallelism(5).configure({ 'pipeline.max-parallelism': '640' })
    assert.equal(StreamExecutionEnvironment.getExecutionEnvironment().getParallelism(), 3)
    env.fromElements(1).print()
    await env.execute()
    env.setParallelism(7)
    assert.equal(submitted[0]?.configuration.toMap()['parallelism.default'], '5')
    assert.equal(submitted[0].configuration.toMap()['pipeline.max-parallelism'], '640')
  })

  it('names a job by the argument, else by pipeline.name, else as Flink does', async () => {
    await env.execute('mine')
    await env.execute()
    await env.configure({ 'pipeline.name': 'configured' }).execute()
    assert.deepEqual(
      submitted.map(({ jobName }) => jobName),
      ['mine', 'Flink Streaming Job', 'configured'],
    )
  })

  it('gives its buffer timeout to operators without one of their own', async () => {
    env.setBufferTimeout(7)
    env
      .fromElements(1)
      .map((value) => value)
      .setBufferTimeout(0)
    assert.deepEqual(
      (await recorded()).map(({ settings }) => settings.bufferTimeoutMs),
      [7, 0],
    )
  })
})
