import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeySpec } from '../../../src/api/dag/key-spec.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { JobGraph } from '../../../src/graph/job-graph.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { renderJsonPlan } from '../../../src/graph/json-plan.js'
import { compareGraphs } from '../../../src/graph/plan-comparison.js'
import type { ProgramGraph } from '../../../src/graph/program-graph.js'
import { byName, RecordedProgram } from './recorded-program.js'

const byId: KeySpec = { select: (value) => value, path: 'id', kind: 'auto' }

function graphOf(build: (program: RecordedProgram) => void): ProgramGraph {
  const program = new RecordedProgram()
  build(program)
  return generateProgramGraph(program.pipeline())
}

function jobGraphOf(build: (program: RecordedProgram) => void): JobGraph {
  return graphOf(build).jobGraph
}

/** Vertex of each edge's source, and the input that it ends at. */
function inputsOf({ vertices, edges }: JobGraph): string[] {
  const nameOf = (id: string): string => vertices.find((vertex) => vertex.id === id)?.name ?? id
  return edges.map(({ sourceVertex, targetInput, partitioner, keyPath }) =>
    [nameOf(sourceVertex), targetInput, partitioner, keyPath ?? '-'].join(' '),
  )
}

function join(program: RecordedProgram): void {
  const [left, right] = [program.source('left'), program.source('right')]
  const inputs = [
    { input: left, key: byName },
    { input: right, key: byId },
  ]
  program.sink(program.multipleInput(inputs, 'join'), 'out')
}

describe('an operator with several inputs', () => {
  it('has edges with the numbers of its inputs, and a key for each of them', () => {
    const { jobGraph, operators } = graphOf(join)
    assert.deepEqual(inputsOf(jobGraph), ['left 0 hash name', 'right 1 hash id'])
    const binding = [...operators.values()].find(({ name }) => name === 'join')
    assert.deepEqual(binding?.keys, [byName, byId])
    assert.equal(jobGraph.vertices[2]?.operators[0]?.keyed, true)
  })

  it('is the head of its chain, whatever it could be chained to, and others are chained to it', () => {
    const { vertices } = jobGraphOf((program) => {
      const inputs = [
        { input: program.source('left'), key: undefined },
        { input: program.union(), key: undefined },
      ]
      program.sink(program.multipleInput(inputs, 'join'), 'out')
    })
    assert.deepEqual(
      vertices.map(({ name }) => name),
      ['left', 'join -> out'],
    )
  })

  it('takes a union at one of its inputs and one stream at several', () => {
    const graph = jobGraphOf((program) => {
      const [a, b] = [program.source('a'), program.source('b')]
      const inputs = [
        { input: program.union(a, b), key: undefined },
        { input: a, key: byName },
        { input: a, key: undefined },
      ]
      program.multipleInput(inputs, 'join')
    })
    assert.deepEqual(inputsOf(graph), ['a 0 forward -', 'a 1 hash name', 'a 2 forward -', 'b 0 forward -'])
    assert.equal(new Set(graph.edges.map(({ id }) => id)).size, 4)
  })

  it('is shown in plans with all that it reads', () => {
    const graph = jobGraphOf(join)
    const node = renderJsonPlan(graph, 'id').nodes[2]
    assert.deepEqual(
      node?.inputs?.map(({ num, id, ship_strategy }) => [num, id, ship_strategy]),
      [
        [0, graph.vertices[0]?.id, 'HASH'],
        [1, graph.vertices[1]?.id, 'HASH'],
      ],
    )
  })

  it('with its inputs the other way round in the worker is a mismatch', () => {
    const withInputs = (order: (first: string, second: string) => readonly [string, string]): JobGraph =>
      jobGraphOf((program) => {
        const sources = new Map(['a', 'b'].map((name) => [name, program.source(name, { uid: name })]))
        const inputs = order('a', 'b').flatMap((name) => {
          const input = sources.get(name)
          return input === undefined ? [] : [{ input, key: byName }]
        })
        program.multipleInput(inputs, 'join', undefined, { uid: 'join' })
      })
    const plan = withInputs((first, second) => [first, second])
    const turned = withInputs((first, second) => [second, first])
    assert.throws(
      () => {
        compareGraphs(plan, turned)
      },
      (error) => {
        assert.ok(FlinkError.is(error, 'JOB_GRAPH_MISMATCH'))
        assert.equal(error.details['operator'], "'a'")
        assert.match(error.message, /targetInput is 0 in the plan and 1 in the worker/)
        return true
      },
    )
  })

  for (const [one, other, types] of [
    [byName, { ...byId, kind: 'double' }, 'not declared and "double"'],
    [{ ...byName, declaredShape: 'string' }, { ...byId, declaredShape: 'number' }, 'string and number'],
  ] as const satisfies readonly (readonly [KeySpec, KeySpec, string])[]) {
    it(`is refused when the keys of its inputs are of different types (${types})`, () => {
      const build = (program: RecordedProgram): void => {
        const inputs = [
          { input: program.source('a'), key: undefined },
          { input: program.source('b'), key: one },
          { input: program.source('c'), key: other },
        ]
        program.multipleInput(inputs, 'join')
      }
      assert.throws(
        () => graphOf(build),
        (error) => {
          assert.ok(FlinkError.is(error, 'GRAPH_INVALID'))
          assert.match(error.message, new RegExp(`'?join'?.*inputs 2 and 3 are of different types \\(${types}\\)`))
          return true
        },
      )
    })
  }
})
