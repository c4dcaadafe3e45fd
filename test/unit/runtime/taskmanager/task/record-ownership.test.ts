import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { Transformation } from '../../../../../src/api/dag/transformation.js'
import type { SourceFunction } from '../../../../../src/api/functions/source-function.js'
import { OutputTag } from '../../../../../src/api/functions/output-tag.js'
import { WatermarkStrategy } from '../../../../../src/api/eventtime/watermark-strategy.js'
import { ProcessFunction } from '../../../../../src/api/functions/process-function.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import { isSourceOperator } from '../../../../../src/runtime/taskmanager/task/operator-factory.js'
import { OperatorChain } from '../../../../../src/runtime/taskmanager/task/operator-chain.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'
import { RecordedProgram } from '../../../graph/recorded-program.js'

/** A record; the inner object is spoiled as the outer one is. */
interface Counted {
  n: number
  inner: { n: number }
}

const SPOILED = -1_000_000
const SIDE = new OutputTag<Counted>('side')

function counted(n: number): Counted {
  return { n, inner: { n } }
}

/** Spoils at each call whatever its function ever had in its hands. */
class Spoiler {
  readonly #objects: Counted[] = []

  had(record: Counted): Counted {
    this.#objects.push(record)
    return record
  }

  spoil(): void {
    for (const object of this.#objects) {
      object.n = SPOILED
      object.inner.n = SPOILED
    }
    this.#objects.length = 0
  }
}

type Kind = 'map' | 'filter' | 'flatMap' | 'process' | 'same' | 'timed'
const KINDS: readonly Kind[] = ['map', 'filter', 'flatMap', 'process', 'same', 'timed']

interface Node {
  readonly kind: Kind
  readonly readers: readonly Node[]
}

/** What the function of a kind gives for a record. */
const RESULTS: Readonly<Record<Kind, (n: number) => number[]>> = {
  map: (n) => [n + 1],
  filter: (n) => (n % 3 === 0 ? [] : [n]),
  flatMap: (n) => [n, n + 100],
  process: (n) => [n * 2],
  same: (n) => [n],
  timed: (n) => [n],
}

function specOf(kind: Kind): OperatorSpec {
  const spoiler = new Spoiler()
  const take = (value: unknown): Counted => {
    spoiler.spoil()
    return spoiler.had(value as Counted)
  }
  switch (kind) {
    case 'map':
      return { kind: 'map', function: { map: (value) => spoiler.had(counted(take(value).n + 1)) } }
    case 'same':
      return { kind: 'map', function: { map: take } }
    case 'filter':
      return { kind: 'filter', function: { filter: (value) => take(value).n % 3 !== 0 } }
    case 'flatMap': {
      // One object for all.
      const refilled = counted(0)
      const flatMap: Extract<OperatorSpec, { kind: 'flat-map' }>['function']['flatMap'] = (value, out) => {
        const { n } = take(value)
        for (const each of [n, n + 100]) {
          refilled.n = each
          refilled.inner.n = each
          out.collect(refilled)
        }
        spoiler.had(refilled)
        spoiler.spoil()
      }
      return { kind: 'flat-map', function: { flatMap } }
    }
    case 'process':
      return { kind: 'process', function: new Doubling(spoiler) }
    case 'timed': {
      const strategy = WatermarkStrategy.forMonotonousTimestamps<unknown>()
      return {
        kind: 'timestamps-and-watermarks',
        strategy: strategy.withTimestampAssigner((value) => (value as Counted).n),
      }
    }
  }
}

class Doubling extends ProcessFunction<unknown, unknown> {
  readonly #spoiler: Spoiler

  constructor(spoiler: Spoiler) {
    super()
    this.#spoiler = spoiler
  }

  processElement(
    ...[value, ctx, out]: Parameters<ProcessFunction<unknown, unknown>['processElement']>
  ): ReturnType<ProcessFunction<unknown, unknown>['processElement']> {
    this.#spoiler.spoil()
    const record = this.#spoiler.had(value as Counted)
    ctx.output(SIDE, record)
    record.n *= 2
    record.inner.n *= 2
    out.collect(record)
    this.#spoiler.spoil()
  }
}

/** The program of a tree: every node is read by a sink, and a process function's side output too. */
function programOf(
  source: SourceFunction<unknown>,
  tree: Node,
): { program: RecordedProgram; received: Map<string, unknown[]> } {
  const program = new RecordedProgram()
  const received = new Map<string, unknown[]>()
  const read = (stream: Transformation, name: string): void => {
    const list: unknown[] = []
    const spoiler = new Spoiler()
    received.set(name, list)
    const invoke = (value: unknown): void => {
      spoiler.spoil()
      list.push(structuredClone(spoiler.had(value as Counted)))
    }
    program.operator(stream, name, { kind: 'sink', function: { invoke } })
  }
  const add = (input: Transformation, node: Node, path: string): void => {
    const stream = program.operator(input, path, specOf(node.kind))
    if (node.kind === 'process') read(program.sideOutput(stream, SIDE.getId()), `${path} side`)
    node.readers.forEach((reader, index) => {
      add(stream, reader, `${path}.${String(index)}`)
    })
    read(stream, `${path} sink`)
  }
  add(program.source('source', {}, { kind: 'source-function', function: source }), tree, '0')
  return { program, received }
}

function expectedOf(tree: Node, input: readonly number[]): Map<string, unknown[]> {
  const expected = new Map<string, unknown[]>()
  const add = (node: Node, numbers: readonly number[], path: string): void => {
    const results = numbers.flatMap(RESULTS[node.kind])
    if (node.kind === 'process') expected.set(`${path} side`, numbers.map(counted))
    expected.set(`${path} sink`, results.map(counted))
    node.readers.forEach((reader, index) => {
      add(reader, results, `${path}.${String(index)}`)
    })
  }
  add(tree, input, '0')
  return expected
}

function chainOf(program: RecordedProgram, isObjectReuseEnabled = false): OperatorChain {
  const graph = generateProgramGraph(program.pipeline({ 'parallelism.default': '1' }))
  const [vertex, ...others] = graph.jobGraph.vertices
  assert.ok(vertex !== undefined && others.length === 0)
  const contextFor: ConstructorParameters<typeof OperatorChain>[0]['contextFor'] = (_name, surroundings) =>
    Object.assign(new TestOperatorContext(), surroundings, { isOutputAvailable: () => true })
  return new OperatorChain({ vertex, program: graph, edges: [], isObjectReuseEnabled, contextFor })
}

function run(chain: OperatorChain): void {
  const { head } = chain
  assert.ok(isSourceOperator(head))
  for (let steps = 0; steps < 1000; steps += 1) if (head.emitNext() === 'end') return
  assert.fail('the source did not end')
}

/** Fills one object again and again. */
function refilling(numbers: readonly number[]): SourceFunction<unknown> {
  const record = counted(0)
  return {
    *run() {
      for (const n of numbers) {
        record.n = n
        record.inner.n = n
        yield record
      }
    },
  }
}

interface GrowingNode extends Node {
  readonly readers: GrowingNode[]
}

/** A node and the place of the one that it reads, among those before it. */
const grown = fc.array(fc.tuple(fc.constantFrom(...KINDS), fc.nat({ max: 100 })), { minLength: 1, maxLength: 7 })

const tree: fc.Arbitrary<Node> = grown.map((drawn) => {
  const nodes: GrowingNode[] = []
  for (const [kind, place] of drawn) {
    const node = { kind, readers: [] }
    nodes[place % nodes.length]?.readers.push(node)
    nodes.push(node)
  }
  return nodes[0] ?? { kind: 'same', readers: [] }
})

describe('A chain', () => {
  it('gives every function records as they were when they were emitted, whatever the others do with theirs', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 6 })
    fc.assert(
      fc.property(tree, numbers, (drawn, input) => {
        const { program, received } = programOf(refilling(input), drawn)
        run(chainOf(program))
        assert.deepStrictEqual(new Map([...received].sort()), new Map([...expectedOf(drawn, input)].sort()))
      }),
      { numRuns: 150 },
    )
  })

  it('hands the emitted object itself on with object reuse', () => {
    const given: unknown[] = []
    const emitted = counted(1)
    const program = new RecordedProgram()
    const source = program.source('source', {}, { kind: 'source-function', function: { run: () => [emitted] } })
    const keep = (value: unknown): unknown => {
      given.push(value)
      return value
    }
    const mapped = program.operator(source, 'map', { kind: 'map', function: { map: keep } })
    program.operator(mapped, 'sink', { kind: 'sink', function: { invoke: (value) => void keep(value) } })
    run(chainOf(program, true))
    assert.deepEqual(given, [emitted, emitted])
    assert.ok(given.every((value) => value === emitted))
  })

  for (const [what, record, place] of [
    ['a function', () => 1, 'the value is a function'],
    ['a symbol in a field', { key: 'k', value: Symbol('s') }, 'value is a symbol'],
    [
      'an instance of a class that nobody registered',
      { by: [new (class Account {})()] },
      'by[0] is an instance of Account',
    ],
  ] as const) {
    for (const after of ['map', 'flat-map', 'source'] as const) {
      it(`refuses ${what} emitted by a ${after} as a channel to another worker does, naming the operator`, () => {
        const program = new RecordedProgram()
        const emitted: unknown = after === 'source' ? record : 1
        const source = program.source('Source', {}, { kind: 'source-function', function: { run: () => [1, emitted] } })
        const operator: OperatorSpec =
          after === 'flat-map'
            ? {
                kind: 'flat-map',
                function: {
                  flatMap: (_value, out) => {
                    out.collect(record)
                  },
                },
              }
            : { kind: 'map', function: { map: (value) => (after === 'map' ? record : value) } }
        const mapped = program.operator(source, 'Mapper', operator)
        program.sink(program.map(mapped, 'Next'), 'Sink')
        const chain = chainOf(program)
        assert.throws(
          () => {
            run(chain)
          },
          (error) => {
            assert.ok(FlinkError.is(error, 'RECORD_NOT_SERIALIZABLE'))
            const emitter = after === 'source' ? 'Source' : 'Mapper'
            assert.ok(
              error.message.startsWith(`${emitter} emitted a record that cannot travel: ${place}.`),
              error.message,
            )
            return true
          },
        )
      })
    }
  }
})
