import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MultipleInputTransformation, Transformation } from '../../../src/api/dag/transformation.js'
import type { DataStream } from '../../../src/api/datastream/data-stream.js'
import { TransformationRecorder } from '../../../src/api/datastream/transformation-recorder.js'
import { BroadcastProcessFunction } from '../../../src/api/functions/broadcast-process-function.js'
import { CoProcessFunction, KeyedCoProcessFunction } from '../../../src/api/functions/co-process-function.js'
import { KeyedBroadcastProcessFunction } from '../../../src/api/functions/keyed-broadcast-process-function.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import { Types } from '../../../src/api/types/types-table.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import type { ProgramGraph } from '../../../src/graph/program-graph.js'

type Visit = readonly [user: string, pages: number]
interface User {
  readonly id: string
  readonly country: { readonly code: string; readonly name: string }
}

const NAMES = new MapStateDescriptor('names', Types.STRING, Types.STRING)
const none = { map1: (): number => 0, map2: (): number => 0 }

class Plain extends CoProcessFunction<Visit, User, string> {
  processElement1(): void {}
  processElement2(): void {}
}
class Keyed extends KeyedCoProcessFunction<string, Visit, User, string> {
  processElement1(): void {}
  processElement2(): void {}
}
class Broadcast extends BroadcastProcessFunction<Visit, User, string> {
  processElement(): void {}
  processBroadcastElement(): void {}
}
class KeyedBroadcast extends KeyedBroadcastProcessFunction<string, Visit, User, string> {
  processElement(): void {}
  processBroadcastElement(): void {}
}

class Program {
  readonly #recorder = new TransformationRecorder()
  readonly visits: DataStream<Visit> = this.#source('visits')
  readonly users: DataStream<User> = this.#source('users')

  operator(): MultipleInputTransformation {
    const last = this.#recorder.takeTransformations().at(-1)
    assert.equal(last?.type, 'multiple-input')
    return last
  }

  graph(): ProgramGraph {
    const transformations = this.#recorder.takeTransformations()
    const configuration = new Configuration()
    return generateProgramGraph({
      jobName: 'job',
      transformations,
      configuration,
      registeredTypes: NO_REGISTERED_TYPES,
    })
  }

  #source<T>(name: string): DataStream<T> {
    const operator = {
      kind: 'source-function',
      function: { run: async () => undefined, cancel: () => undefined },
    } as const
    return this.#recorder.source<T>({ name, operator, outputType: undefined }, { bounded: true, nonParallel: true })
  }
}

/** How a record comes to an input: `hash(visits)`. */
function wayTo(transformation: Transformation): string {
  if (transformation.type !== 'partition') return transformation.settings.name
  return `${transformation.partitioner.kind}(${wayTo(transformation.input)})`
}

function described({ settings, operator, inputs }: MultipleInputTransformation): readonly string[] {
  const ways = inputs.map(({ input, key }) => `${wayTo(input)}${key === undefined ? '' : ' keyed'}`)
  return [settings.name, operator.kind, ...ways]
}

function assertRefused(action: () => unknown, reason: RegExp): void {
  assert.throws(action, (error) => FlinkError.is(error, 'GRAPH_INVALID') && reason.test(error.message))
}

describe('ConnectedStreams', () => {
  it('record one operator with two inputs, in the order of the streams', () => {
    const program = new Program()
    program.visits.connect(program.users).map(none)
    assert.deepEqual(described(program.operator()), ['Co-Map', 'co-map', 'visits', 'users'])
    program.users.connect(program.visits).flatMap({ flatMap1: () => undefined, flatMap2: () => undefined })
    assert.deepEqual(described(program.operator()), ['Co-Flat Map', 'co-flat-map', 'users', 'visits'])
    program.visits.connect(program.users).process(new Plain())
    assert.deepEqual(described(program.operator()), ['Co-Process', 'co-process', 'visits', 'users'])
  })

  it('declare the type of the results where it is given', () => {
    const program = new Program()
    program.visits.connect(program.users).map(none, Types.LONG)
    assert.equal(program.operator().outputType, Types.LONG)
  })

  it('are keyed by keyBy, or when both streams are', () => {
    const program = new Program()
    program.visits.connect(program.users).keyBy(0, 'id').process(new Keyed())
    const expected = ['Co-Keyed-Process', 'keyed-co-process', 'hash(visits) keyed', 'hash(users) keyed']
    assert.deepEqual(described(program.operator()), expected)
    const [visits, users] = [program.visits.keyBy(([user]) => user), program.users.keyBy(({ id }) => id)]
    visits.connect(users).process(new Keyed())
    assert.deepEqual(described(program.operator()), expected)
  })

  it('run a CoProcessFunction with the key of both where they have one', () => {
    const program = new Program()
    program.visits.connect(program.users).keyBy(0, 'id').process(new Plain())
    const [name, kind] = described(program.operator())
    assert.deepEqual([name, kind], ['Co-Process', 'keyed-co-process'])
  })

  it('have no key where one stream alone is keyed, which is partitioned all the same', () => {
    const program = new Program()
    program.visits.keyBy(0).connect(program.users).process(new Plain())
    assert.deepEqual(described(program.operator()), ['Co-Process', 'co-process', 'hash(visits)', 'users'])
    assertRefused(() => program.visits.keyBy(0).connect(program.users).process(new Keyed()), /two keyed streams/)
  })

  it('take keys as functions, KeySelectors, positions, paths and lists of these', () => {
    const keysOf = (connect: (program: Program) => unknown): unknown[] => {
      const program = new Program()
      connect(program)
      const user: User = { id: 'u', country: { code: 'fr', name: 'France' } }
      const { inputs } = program.operator()
      return [inputs[0]?.key?.select(['v', 3]), inputs[1]?.key?.select(user)]
    }
    const keyed = keysOf(({ visits, users }) =>
      visits
        .connect(users)
        .keyBy(([user]) => user, { getKey: ({ id }) => id })
        .map(none),
    )
    assert.deepEqual(keyed, ['v', 'u'])
    assert.deepEqual(
      keysOf(({ visits, users }) => visits.connect(users).keyBy(0, 'country.code').map(none)),
      ['v', 'fr'],
    )
    const ofLists = keysOf(({ visits, users }) => visits.connect(users).keyBy([0, 1], ['id', 'country.name']).map(none))
    assert.deepEqual(ofLists, [
      ['v', 3],
      ['u', 'France'],
    ])
  })

  it('refuse keys of different length, and of types that differ', () => {
    const { visits, users } = new Program()
    assertRefused(() => visits.connect(users).keyBy([0, 1], ['id']), /different length/)
    const program = new Program()
    const byPages = program.visits.keyBy(([, pages]) => pages, Types.LONG)
    byPages.connect(program.users.keyBy(({ id }) => id, Types.STRING)).process(new Plain())
    assertRefused(() => program.graph(), /keys of its inputs 1 and 2 are of different types \("?\w+"? and "?\w+"?\)/)
  })

  it('have keys of one declared type by keyBy', () => {
    const program = new Program()
    program.visits.connect(program.users).keyBy(0, 'id', Types.STRING).process(new Keyed())
    const { jobGraph } = program.graph()
    assert.equal(jobGraph.vertices.at(-1)?.operators[0]?.keyShape, 'string')
  })

  it('refuse what is no function of two streams, and what is no stream', () => {
    const { visits, users } = new Program()
    const both = visits.connect(users)
    const needed = /takes an object with the methods map1 and map2, not/
    for (const [given, what] of [
      [(value: unknown) => value, /not a function/],
      [{ map1: () => 1 }, /not an object without map2/],
      [Plain, /not the class Plain: make an instance/],
      [undefined, /not undefined/],
    ] as const) {
      assertRefused(() => both.map(given as never), needed)
      assertRefused(() => both.map(given as never), what)
    }
    assertRefused(() => both.process({} as never), /processElement1 and processElement2/)
    assertRefused(() => visits.connect({} as never), /connect\(\) takes a stream/)
  })
})

describe('A BroadcastStream', () => {
  it('is the second input, of which every subtask is given every record', () => {
    const program = new Program()
    program.visits.connect(program.users.broadcast(NAMES)).process(new Broadcast())
    const operator = program.operator()
    const expected = ['Co-Process-Broadcast', 'broadcast-process', 'visits', 'broadcast(users)']
    assert.deepEqual(described(operator), expected)
    assert.deepEqual('descriptors' in operator.operator && operator.operator.descriptors, [NAMES])
    program.visits.keyBy(0).connect(program.users.broadcast(NAMES)).process(new KeyedBroadcast())
    const keyed = ['Co-Process-Broadcast-Keyed', 'keyed-broadcast-process', 'hash(visits) keyed', 'broadcast(users)']
    assert.deepEqual(described(program.operator()), keyed)
  })

  it('is a stream as others without a descriptor', () => {
    const program = new Program()
    program.visits.connect(program.users.broadcast()).map(none)
    assert.deepEqual(described(program.operator()), ['Co-Map', 'co-map', 'visits', 'broadcast(users)'])
  })

  it('knows what was declared', () => {
    const second = new MapStateDescriptor('second', Types.LONG, Types.LONG)
    assert.deepEqual(new Program().users.broadcast(NAMES, second).getBroadcastStateDescriptors(), [NAMES, second])
  })

  it('takes a function for a keyed stream where the other one is keyed, and only there', () => {
    const { visits, users } = new Program()
    const broadcast = users.broadcast(NAMES)
    assertRefused(() => visits.connect(broadcast).process(new KeyedBroadcast()), /needs a keyed stream/)
    assertRefused(() => visits.keyBy(0).connect(broadcast).process(new Broadcast()), /needs a stream without key/)
    assertRefused(() => visits.connect(broadcast).process({} as never), /processElement and processBroadcastElement/)
    assertRefused(
      () =>
        visits
          .keyBy(0)
          .connect(broadcast)
          .process({} as never),
      /processElement and process/,
    )
  })

  it('cannot be made of a keyed stream, nor with another kind of state', () => {
    const { users } = new Program()
    assertRefused(() => users.keyBy('id').broadcast(NAMES), /a keyed stream cannot be broadcast/)
    assertRefused(() => users.broadcast(new ListStateDescriptor('l') as never), /MapStateDescriptor/)
    assertRefused(() => users.broadcast(undefined as never), /MapStateDescriptor/)
  })
})
