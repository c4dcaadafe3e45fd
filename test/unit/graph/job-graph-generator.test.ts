import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { PartitionerSpec } from '../../../src/api/dag/partitioner-spec.js'
import type { Transformation } from '../../../src/api/dag/transformation.js'
import { Types } from '../../../src/api/types/types-table.js'
import type { JobGraph } from '../../../src/graph/job-graph.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { operatorIdOfUid } from '../../../src/graph/stream-graph-hasher.js'
import { byName, RecordedProgram, type SettingsOverride } from './recorded-program.js'

function jobGraphOf(program: RecordedProgram, configuration: Readonly<Record<string, string>> = {}): JobGraph {
  return generateProgramGraph(program.pipeline(configuration)).jobGraph
}

function branching(): RecordedProgram {
  const program = new RecordedProgram()
  const a = program.source('Source: a')
  program.sink(a, 'b')
  const c = program.map(a, 'c')
  program.sink(program.sideOutput(c, 'late'), 'late sink')
  program.sink(program.map(c, 'd'), 'e')
  program.sink(program.reduce(c, 'count'), 'out')
  return program
}

describe('a job graph', () => {
  test('names chains as Flink does and keeps the tree of operators', () => {
    const { vertices, edges } = jobGraphOf(branching())
    assert.deepEqual(
      vertices.map((vertex) => vertex.name),
      ['Source: a -> (b, c -> (late sink, d -> e))', 'count -> out'],
    )
    assert.deepEqual(
      vertices[0]?.operators.map(({ name, input, inputSideOutput }) => [name, input, inputSideOutput]),
      [
        ['Source: a', -1, undefined],
        ['b', 0, undefined],
        ['c', 0, undefined],
        ['late sink', 2, 'late'],
        ['d', 2, undefined],
        ['e', 4, undefined],
      ],
    )
    assert.deepEqual(
      edges.map(({ sourceOperator, partitioner, keyPath }) => [sourceOperator, partitioner, keyPath]),
      [[2, 'hash', 'name']],
    )
    assert.deepEqual(
      vertices[1]?.operators.map((operator) => operator.keyed),
      [true, false],
    )
  })

  test('is plain JSON, the same in every process', () => {
    const program = new RecordedProgram()
    const source = program.source('Source: a', { uid: 'a', parallelism: 1 })
    program.sink(program.reduce(source, 'count', { uid: 'count', maxParallelism: 8 }), 'out', { bufferTimeoutMs: 0 })
    const graph = jobGraphOf(program, { 'parallelism.default': '2' })
    assert.deepEqual(JSON.parse(JSON.stringify(graph)), {
      name: 'test job',
      vertices: [
        {
          id: vertexId(graph, 0),
          name: 'Source: a',
          parallelism: 1,
          maxParallelism: 128,
          maxParallelismDeclared: false,
          slotSharingGroup: 'default',
          isSource: true,
          operators: [
            { id: vertexId(graph, 0), uid: 'a', name: 'Source: a', kind: 'source-function', input: -1, keyed: false },
          ],
        },
        {
          id: vertexId(graph, 1),
          name: 'count -> out',
          parallelism: 2,
          maxParallelism: 8,
          maxParallelismDeclared: true,
          slotSharingGroup: 'default',
          isSource: false,
          operators: [
            { id: vertexId(graph, 1), uid: 'count', name: 'count', kind: 'reduce', input: -1, keyed: true },
            { id: graph.vertices[1]?.operators[1]?.id, name: 'out', kind: 'sink', input: 0, keyed: false },
          ],
        },
      ],
      edges: [
        {
          id: `${vertexId(graph, 0)}/0-${vertexId(graph, 1)}/0`,
          sourceVertex: vertexId(graph, 0),
          sourceOperator: 0,
          targetVertex: vertexId(graph, 1),
          targetInput: 0,
          partitioner: 'hash',
          keyPath: 'name',
          bufferTimeoutMs: 100,
        },
      ],
      configuration: { 'parallelism.default': { text: '2', origin: 'the job configuration' } },
      hash: graph.hash,
    })
    assert.equal(vertexId(graph, 1), operatorIdOfUid('count'))
    assert.match(graph.hash, /^[0-9a-f]{64}$/)
  })

  test('lists sources first and every vertex after its inputs', () => {
    const program = new RecordedProgram()
    const first = program.reduce(program.source('a'), 'first')
    program.sink(program.partition(program.union(first, program.source('b')), { kind: 'rebalance' }), 'out')
    assert.deepEqual(
      jobGraphOf(program).vertices.map((vertex) => vertex.name),
      ['a', 'b', 'first', 'out'],
    )
  })

  test('gives several connections between the same operators ids of their own', () => {
    const program = new RecordedProgram()
    const a = program.source('a')
    program.sink(program.union(a, a), 'out')
    const { edges } = jobGraphOf(program)
    assert.equal(edges.length, 2)
    assert.equal(new Set(edges.map((edge) => edge.id)).size, 2)
  })

  test('binds every operator and every partitioner', () => {
    const program = branching()
    const graph = generateProgramGraph(program.pipeline())
    const operators = graph.jobGraph.vertices.flatMap((vertex) => vertex.operators)
    for (const operator of operators) assert.equal(graph.operators.get(operator.id)?.name, operator.name)
    assert.equal(graph.operators.size, operators.length)
    assert.deepEqual(
      graph.jobGraph.edges.map((edge) => graph.partitioners.get(edge.id)),
      [{ kind: 'hash', key: byName }],
    )
  })
})

interface Step {
  readonly kind: 'source' | 'map' | 'sink' | 'reduce' | 'union' | 'side-output' | 'rebalance'
  readonly input: number
  readonly settings: SettingsOverride
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('source', 'map', 'sink', 'reduce', 'union', 'side-output', 'rebalance'),
    input: fc.nat(),
    settings: fc.record({
      parallelism: fc.constantFrom(undefined, 1, 2, 3),
      chainingStrategy: fc.constantFrom('always', 'head', 'never'),
      slotSharingGroup: fc.constantFrom(undefined, 'red'),
    }),
  }),
  { maxLength: 25 },
)

function replay(recipe: readonly Step[]): RecordedProgram {
  const program = new RecordedProgram()
  const streams: Transformation[] = [program.source('first')]
  const pick = (number: number): Transformation => streams[number % streams.length] ?? program.source('spare')
  for (const [index, { kind, input, settings }] of recipe.entries()) {
    const name = `${kind} ${String(index)}`
    const from = pick(input)
    if (kind === 'source') streams.push(program.source(name, settings))
    else if (kind === 'map') streams.push(program.map(from, name, settings))
    else if (kind === 'sink') program.sink(from, name, settings)
    else if (kind === 'reduce') streams.push(program.reduce(from, name, settings))
    else if (kind === 'union') streams.push(program.union(from, pick(input + 1)))
    else if (kind === 'rebalance') streams.push(program.partition(from, { kind: 'rebalance' }))
    else if (from.type === 'one-input') streams.push(program.sideOutput(from, 'tag'))
  }
  return program
}

describe('random programs', () => {
  test('give the same graph, byte for byte, when they run again', () => {
    fc.assert(
      fc.property(steps, (recipe) => {
        assert.equal(JSON.stringify(jobGraphOf(replay(recipe))), JSON.stringify(jobGraphOf(replay(recipe))))
      }),
    )
  })

  test('keep every operator once, inputs before readers, and edges between existing ends', () => {
    fc.assert(
      fc.property(steps, (recipe) => {
        const program = replay(recipe)
        const { vertices, edges } = jobGraphOf(program)
        const operators = vertices.flatMap((vertex) => vertex.operators.map((operator) => operator.id))
        const recorded = program.transformations.filter(({ type }) => type === 'source' || type === 'one-input')
        assert.equal(operators.length, recorded.length)
        assert.equal(new Set(operators).size, operators.length)
        const place = new Map(vertices.map((vertex, index) => [vertex.id, index]))
        for (const edge of edges) {
          const source = place.get(edge.sourceVertex) ?? Infinity
          assert.ok(source < (place.get(edge.targetVertex) ?? -1))
          assert.ok(vertices[source]?.operators[edge.sourceOperator])
        }
        for (const vertex of vertices)
          vertex.operators.forEach(({ input }, index) => {
            assert.ok(input < index)
          })
        assert.equal(new Set(edges.map((edge) => edge.id)).size, edges.length)
      }),
    )
  })
})

describe('the hash of a plan', () => {
  interface Variant {
    readonly source?: SettingsOverride
    readonly map?: SettingsOverride
    readonly partitioner?: PartitionerSpec
    readonly configuration?: Readonly<Record<string, string>>
    readonly sideOutput?: string
  }
  const make = (variant: Variant): string => {
    const program = new RecordedProgram()
    const map = program.map(program.map(program.source('source', variant.source), 'first'), 'map', variant.map)
    const read = program.sideOutput(map, variant.sideOutput ?? 'tag')
    program.sink(program.partition(read, variant.partitioner ?? { kind: 'rebalance' }), 'out')
    return jobGraphOf(program, variant.configuration).hash
  }
  const variants: Readonly<Record<string, Variant>> = {
    'a parallelism': { map: { parallelism: 2 } },
    'a max parallelism': { source: { maxParallelism: 256 } },
    'a declared max parallelism': { source: { maxParallelism: 128 } },
    'a name': { map: { name: 'other' } },
    'a uid': { map: { uid: 'other' } },
    'a uid hash': { map: { uidHash: '0123456789abcdef0123456789abcdef' } },
    'a slot sharing group': { map: { slotSharingGroup: 'other' } },
    'a chaining strategy': { source: { chainingStrategy: 'never' } },
    'a buffer timeout': { map: { bufferTimeoutMs: 7 } },
    'a partitioner': { partitioner: { kind: 'shuffle' } },
    'a key': { partitioner: { kind: 'hash', key: byName } },
    'a key path': { partitioner: { kind: 'hash', key: { ...byName, path: 'other' } } },
    'a side output': { sideOutput: 'other' },
    'the default parallelism': { configuration: { 'parallelism.default': '3' } },
    'chaining switched off': { configuration: { 'pipeline.operator-chaining.enabled': 'false' } },
  }
  test('differs when anything that matters differs', () => {
    const hashes = new Map<string, string>([[make({}), 'the plain program']])
    for (const [title, variant] of Object.entries(variants)) {
      const hash = make(variant)
      assert.equal(hashes.get(hash), undefined, `${title} has the hash of ${hashes.get(hash) ?? ''}`)
      hashes.set(hash, title)
    }
  })

  test('does not depend on options that leave the graph as it is', () => {
    assert.equal(make({ configuration: { 'execution.checkpointing.interval': '5 s' } }), make({}))
  })
})

function vertexId(graph: JobGraph, index: number): string | undefined {
  return graph.vertices[index]?.id
}

describe('the types of edges', () => {
  test('are those of the operator, or of the tag of a side output, also downstream of unions and partitioners', () => {
    const program = new RecordedProgram()
    const [typed, untyped] = [program.source('typed'), program.source('untyped')]
    const side = program.sideOutput(typed, 'late')
    typed.outputType = Types.LONG
    side.outputType = Types.POJO(Reading)
    program.sink(program.partition(program.union(typed, untyped, side), { kind: 'rebalance' }), 'out')
    const { jobGraph, edgeTypes } = generateProgramGraph(program.pipeline())
    const types = jobGraph.edges.map(({ id, sideOutput }) => [sideOutput, edgeTypes.get(id)?.description])
    assert.deepEqual(types, [
      [undefined, 'LONG'],
      ['late', 'POJO<Reading>()'],
      [undefined, undefined],
    ])
  })
})

class Reading {
  readonly value = 1
}
