import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RichMapFunction } from '../../../src/api/functions/map-function.js'
import { FlinkError, type ErrorCode } from '../../../src/core/errors/flink-error.js'
import { generateStreamGraph } from '../../../src/graph/stream-graph-generator.js'
import type { StreamGraph, StreamNode } from '../../../src/graph/stream-graph.js'
import { byName, RecordedProgram } from './recorded-program.js'

function nodeNamed(graph: StreamGraph, name: string): StreamNode {
  const node = graph.nodes.find((candidate) => candidate.name === name)
  assert.ok(node, `no node ${name}`)
  return node
}

function edgesOf(graph: StreamGraph): string[] {
  return graph.nodes.flatMap((node) =>
    node.inEdges.map(({ source, partitioner, sideOutput }) =>
      [source.name, partitioner.kind, sideOutput ?? '-', node.name].join(' '),
    ),
  )
}

function refusal(code: ErrorCode, ...fragments: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    for (const fragment of fragments) assert.match(error.message, new RegExp(fragment.replaceAll(/[()]/g, '\\$&')))
    return true
  }
}

describe('virtual nodes', () => {
  test('a union becomes one edge from each of its inputs, nested ones too', () => {
    const program = new RecordedProgram()
    const [a, b, c] = [program.source('a'), program.source('b'), program.source('c')]
    program.sink(program.union(program.union(a, b), c), 'out')
    assert.deepEqual(edgesOf(generateStreamGraph(program.pipeline())), [
      'a forward - out',
      'b forward - out',
      'c forward - out',
    ])
  })

  test('a stream united with itself is read twice', () => {
    const program = new RecordedProgram()
    const a = program.source('a')
    program.sink(program.union(a, a), 'out')
    const graph = generateStreamGraph(program.pipeline())
    assert.deepEqual(edgesOf(graph), ['a forward - out', 'a forward - out'])
    assert.deepEqual(
      nodeNamed(graph, 'a').outEdges.map((edge) => edge.index),
      [0, 1],
    )
  })

  test('the partitioner nearest to the reader decides, for every input of a union', () => {
    const program = new RecordedProgram()
    const shuffled = program.partition(program.source('a'), { kind: 'shuffle' })
    const united = program.union(shuffled, program.source('b'))
    program.sink(united, 'unchanged')
    program.sink(program.partition(united, { kind: 'hash', key: byName }), 'keyed')
    assert.deepEqual(edgesOf(generateStreamGraph(program.pipeline())), [
      'a shuffle - unchanged',
      'b forward - unchanged',
      'a hash - keyed',
      'b hash - keyed',
    ])
  })

  test('a side output keeps its tag through a partitioning', () => {
    const program = new RecordedProgram()
    const late = program.sideOutput(program.map(program.source('a'), 'split'), 'late')
    program.sink(program.partition(late, { kind: 'rebalance' }), 'out')
    assert.deepEqual(edgesOf(generateStreamGraph(program.pipeline())), [
      'a forward - split',
      'split rebalance late out',
    ])
  })

  test('inputs are found although only their readers were listed', () => {
    const program = new RecordedProgram()
    const out = program.sink(program.map(program.source('a'), 'map'), 'out')
    const graph = generateStreamGraph({ ...program.pipeline(), transformations: [out] })
    assert.deepEqual(edgesOf(graph), ['a forward - map', 'map forward - out'])
  })

  test('a source that nobody reads stays in the graph', () => {
    const program = new RecordedProgram()
    program.source('alone')
    assert.deepEqual(
      generateStreamGraph(program.pipeline()).nodes.map((node) => node.name),
      ['alone'],
    )
  })
})

describe('parallelism', () => {
  test('comes from the operator, else from the configuration; a non-parallel operator has 1', () => {
    const program = new RecordedProgram()
    const source = program.source('source', { nonParallel: true, parallelism: 7 })
    const own = program.map(source, 'own', { parallelism: 2 })
    program.sink(own, 'default')
    const graph = generateStreamGraph(program.pipeline({ 'parallelism.default': '5' }))
    assert.deepEqual(
      graph.nodes.map((node) => node.parallelism),
      [1, 2, 5],
    )
    assert.deepEqual(edgesOf(graph), ['source rebalance - own', 'own rebalance - default'])
  })

  test('max parallelism is declared by the operator or the configuration, else derived as Flink does', () => {
    const declared = new RecordedProgram()
    declared.map(declared.source('source'), 'map', { maxParallelism: 4 })
    const byConfiguration = generateStreamGraph(declared.pipeline({ 'pipeline.max-parallelism': '20' }))
    assert.deepEqual(
      byConfiguration.nodes.map((node) => node.maxParallelism),
      [20, 4],
    )
    assert.deepEqual(
      byConfiguration.nodes.map((node) => node.maxParallelismDeclared),
      [true, true],
    )
    const derived = generateStreamGraph(declared.pipeline())
    assert.equal(nodeNamed(derived, 'source').maxParallelism, 128)
    assert.equal(nodeNamed(derived, 'source').maxParallelismDeclared, false)
    const wide = new RecordedProgram()
    wide.source('wide', { parallelism: 200 })
    assert.equal(nodeNamed(generateStreamGraph(wide.pipeline()), 'wide').maxParallelism, 512)
  })

  test('a parallelism above the max parallelism is refused', () => {
    const program = new RecordedProgram()
    program.source('wide', { parallelism: 9, maxParallelism: 8 })
    assert.throws(() => generateStreamGraph(program.pipeline()), refusal('PARALLELISM_ABOVE_MAX', 'wide', '9', '8'))
  })

  for (const settings of [
    { parallelism: 0 },
    { parallelism: 1.5 },
    { maxParallelism: 40_000 },
    { maxParallelism: 0 },
  ]) {
    test(`${JSON.stringify(settings)} is refused`, () => {
      const program = new RecordedProgram()
      program.source('odd', settings)
      assert.throws(() => generateStreamGraph(program.pipeline()), refusal('GRAPH_INVALID', 'odd', 'parallelism'))
    })
  }

  test('forward between operators of different parallelism is refused with both named', () => {
    const program = new RecordedProgram()
    const forward = program.partition(program.source('up', { parallelism: 2 }), { kind: 'forward' })
    program.sink(forward, 'down', { parallelism: 3 })
    assert.throws(
      () => generateStreamGraph(program.pipeline()),
      refusal(
        'GRAPH_INVALID',
        'Forward partitioning does not allow change of parallelism',
        'up parallelism: 2',
        'down parallelism: 3',
      ),
    )
  })
})

describe('slot sharing groups', () => {
  test('are inherited where all inputs agree, else default', () => {
    const program = new RecordedProgram()
    const a = program.source('a', { slotSharingGroup: 'blue' })
    const b = program.source('b')
    program.map(a, 'of a')
    program.map(program.union(a, b), 'of both')
    program.map(a, 'own', { slotSharingGroup: 'red' })
    const groups = generateStreamGraph(program.pipeline()).nodes.map((node) => node.slotSharingGroup)
    assert.deepEqual(groups, ['blue', 'default', 'blue', 'default', 'red'])
  })
})

describe('rules between operators', () => {
  test('a uid used twice is refused with both operators named', () => {
    const program = new RecordedProgram()
    program.map(program.source('first', { uid: 'same' }), 'second', { uid: 'same' })
    assert.throws(
      () => generateStreamGraph(program.pipeline()),
      refusal('GRAPH_INVALID', 'first', 'second', "uid 'same'"),
    )
  })

  test('a uid hash that is no hash is refused', () => {
    const program = new RecordedProgram()
    program.source('source', { uidHash: 'abc' })
    assert.throws(() => generateStreamGraph(program.pipeline()), refusal('GRAPH_INVALID', '32 hex digits', 'abc'))
  })

  test('operators without uid are refused where none is made for them, all of them named; a uid hash will do', () => {
    const program = new RecordedProgram()
    const source = program.source('numbers')
    const hashed = program.map(program.map(source, 'named', { uid: 'u' }), 'hashed', { uidHash: 'a'.repeat(32) })
    program.sink(program.partition(hashed, { kind: 'rebalance' }), 'out')
    const settings = { 'pipeline.auto-generate-uids': 'false' }
    assert.throws(
      () => generateStreamGraph(program.pipeline(settings)),
      refusal('UID_MISSING', 'assigned to operator "numbers", "out". Give each'),
    )
    source.settings.uid = 'numbers'
    program.sink(hashed, 'other', { uid: 'other' })
    assert.throws(() => generateStreamGraph(program.pipeline(settings)), refusal('UID_MISSING', 'operator "out". Give'))
    assert.ok(generateStreamGraph(program.pipeline()).nodes.length > 0)
  })

  test('one rich function in two operators is refused', () => {
    const program = new RecordedProgram()
    const shared = { map: (value: unknown) => value, open: () => undefined }
    const source = program.source('source')
    program.operator(source, 'one', { kind: 'map', function: shared }, { uid: 'u1' })
    program.operator(source, 'two', { kind: 'map', function: shared })
    assert.throws(
      () => generateStreamGraph(program.pipeline()),
      refusal('FUNCTION_SHARED', 'one (uid u1)', 'two (number 3)'),
    )
  })

  test('a checkpointed function in two operators is refused although it is not rich', () => {
    const program = new RecordedProgram()
    const shared = { map: (value: unknown) => value, snapshotState: () => [], restoreState: () => undefined }
    const source = program.source('source')
    for (const name of ['one', 'two']) program.operator(source, name, { kind: 'map', function: shared })
    assert.throws(() => generateStreamGraph(program.pipeline()), refusal('FUNCTION_SHARED', 'one', 'two'))
  })

  test('a method whose name differs from one that the engine calls by its letters only, or a long one by a letter or two, is refused', () => {
    class Misspelt extends RichMapFunction<unknown, unknown> {
      Open(): void {
        throw new Error('never called')
      }
      map(value: unknown): unknown {
        return value
      }
    }
    const words = ["'Open'", 'never called', "'open'"]
    for (const userFunction of [new Misspelt(), { map: (value: unknown) => value, Open: () => undefined }]) {
      const program = new RecordedProgram()
      program.operator(program.source('source'), 'one', { kind: 'map', function: userFunction })
      assert.throws(() => generateStreamGraph(program.pipeline()), refusal('GRAPH_INVALID', 'one', ...words))
    }
    for (const name of ['notifyCheckpointCompleted', 'snapshotSate', 'initialiseState']) {
      const program = new RecordedProgram()
      const userFunction = { map: (value: unknown) => value, [name]: () => undefined }
      program.operator(program.source('source'), 'one', { kind: 'map', function: userFunction })
      assert.throws(() => generateStreamGraph(program.pipeline()), refusal('GRAPH_INVALID', 'one', `'${name}'`))
    }
    const program = new RecordedProgram()
    const others = { Close: 'a text', opens: () => undefined, restore: () => undefined }
    const both = { map: (value: unknown) => value, open: () => undefined, OPEN: () => undefined, ...others }
    program.operator(program.source('source'), 'one', { kind: 'map', function: both })
    assert.equal(generateStreamGraph(program.pipeline()).nodes.length, 2)
  })

  test('a plain function may be used by many operators', () => {
    const program = new RecordedProgram()
    const plain = { map: (value: unknown) => value }
    const source = program.source('source')
    for (const name of ['one', 'two']) program.operator(source, name, { kind: 'map', function: plain })
    assert.equal(generateStreamGraph(program.pipeline()).nodes.length, 3)
  })
})
