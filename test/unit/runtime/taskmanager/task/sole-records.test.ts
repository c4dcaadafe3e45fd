import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PartitionerSpec } from '../../../../../src/api/dag/partitioner-spec.js'
import type { Transformation } from '../../../../../src/api/dag/transformation.js'
import { WatermarkStrategy } from '../../../../../src/api/eventtime/watermark-strategy.js'
import type { TypeInformation } from '../../../../../src/api/types/type-information.js'
import { Types } from '../../../../../src/api/types/types-table.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import type { ProgramGraph } from '../../../../../src/graph/program-graph.js'
import { generateProgramGraph } from '../../../../../src/graph/job-graph-generator.js'
import { SoleRecords } from '../../../../../src/runtime/taskmanager/task/sole-records.js'
import { byName, RecordedProgram } from '../../../graph/recorded-program.js'

const OWN_GENERATOR = WatermarkStrategy.forGenerator<unknown>(() => ({
  onEvent: () => undefined,
  onPeriodicEmit: () => undefined,
}))

/** Of the records before the operator of timestamps, and after it. */
interface DeclaredTypes {
  readonly before: TypeInformation<unknown>
  readonly after: TypeInformation<unknown>
}

const DECLARED = Types.LONG as TypeInformation<unknown>
const OF_THE_USER: TypeInformation<unknown> = {
  description: 'OWN',
  keyKind: () => 'auto',
  createSerializer: () => structuredSerializer(),
}

class TimedProgram {
  readonly #program = new RecordedProgram()
  readonly stream: Transformation

  constructor(strategy: WatermarkStrategy<unknown> = WatermarkStrategy.forMonotonousTimestamps()) {
    const source = this.#program.source('source')
    this.stream = this.#program.operator(source, 'timed', { kind: 'timestamps-and-watermarks', strategy })
  }

  read(partitioner: PartitionerSpec): this {
    this.#program.sink(this.#program.partition(this.stream, partitioner), `sink ${partitioner.kind}`)
    return this
  }

  map(name: string): this {
    this.#program.sink(this.#program.map(this.stream, name), `sink of ${name}`)
    return this
  }

  /** Kinds of the edges whose records nobody else has, and names of the chained operators of which the same holds. */
  sole(configuration: Readonly<Record<string, string>> = {}, types?: DeclaredTypes): readonly string[] {
    const graph = this.#declared(
      generateProgramGraph(this.#program.pipeline({ 'parallelism.default': '2', ...configuration })),
      types,
    )
    const sole = new SoleRecords(graph)
    const ids = sole.edges()
    const edges = graph.jobGraph.edges.filter(({ id }) => ids.has(id)).map(({ partitioner }) => partitioner)
    const chained = graph.jobGraph.vertices.flatMap((vertex) =>
      vertex.operators.filter((_, position) => sole.isGivenAlone(vertex, position)).map(({ name }) => name),
    )
    return [...edges, ...chained]
  }

  #declared(graph: ProgramGraph, types: DeclaredTypes | undefined): ProgramGraph {
    if (types === undefined) return graph
    const timed = graph.jobGraph.vertices.flatMap(({ operators }) => operators).find(({ name }) => name === 'timed')
    assert.ok(timed !== undefined)
    return {
      ...graph,
      inputTypes: new Map([...graph.inputTypes, [timed.id, types.before]]),
      edgeTypes: new Map(graph.jobGraph.edges.map(({ id }) => [id, types.after])),
    }
  }
}

describe('Records that nobody else has', () => {
  it('are those of timestamps and watermarks, to their one reader', () => {
    assert.deepEqual(new TimedProgram().read({ kind: 'hash', key: byName }).sole(), ['hash'])
    assert.deepEqual(new TimedProgram().map('next').sole(), ['next'])
  })

  it('are not those that two read', () => {
    assert.deepEqual(new TimedProgram().read({ kind: 'hash', key: byName }).map('next').sole(), [])
    assert.deepEqual(new TimedProgram().map('one').map('two').sole(), [])
    assert.deepEqual(new TimedProgram().read({ kind: 'broadcast' }).sole(), [])
  })

  it('are not those that a generator of the user may have kept', () => {
    assert.deepEqual(new TimedProgram(OWN_GENERATOR).map('next').sole(), [])
  })

  it('are none where no copy is made before', () => {
    assert.deepEqual(
      new TimedProgram().read({ kind: 'hash', key: byName }).sole({ 'pipeline.object-reuse': 'true' }),
      [],
    )
  })

  it('are those of a declared type, the same before and after, and not those that a serializer of the user copies', () => {
    const sole = (before: TypeInformation<unknown>, after: TypeInformation<unknown>): readonly string[] =>
      new TimedProgram().read({ kind: 'hash', key: byName }).sole({}, { before, after })
    assert.deepEqual(sole(DECLARED, DECLARED), ['hash'])
    assert.deepEqual(sole(DECLARED, Types.STRING as TypeInformation<unknown>), [])
    assert.deepEqual(sole(OF_THE_USER, OF_THE_USER), [])
  })
})
