// Duty: which operators give out records that nobody else has, so that their one reader may have the object without a copy.
// Invariants: the head of a loop gives out what was copied on its way back. An operator of timestamps with a generator of
// the engine's own gives out what it was given, and keeps nothing of it: where a copy was made for it, that is the reader's.
// Its assigner must not keep a record. Of two readers none has the object alone.
// Figure: a quarter of what a job with tumbling windows allocates a record were its two copies.
// Thread: the task's worker.
import { DeclaredType } from '../../../api/types/declared-type.js'
import { Configuration } from '../../../core/config/configuration.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import type { JobEdge, JobVertex } from '../../../graph/job-graph.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'

export type SoleRecordsInput = Pick<ProgramGraph, 'jobGraph' | 'operators' | 'inputTypes' | 'edgeTypes'>

export class SoleRecords {
  readonly #program: SoleRecordsInput
  readonly #isObjectReuseEnabled: boolean

  constructor(program: SoleRecordsInput) {
    this.#program = program
    const configuration = Configuration.fromEntries(program.jobGraph.configuration)
    this.#isObjectReuseEnabled = configuration.get(PipelineOptions.OBJECT_REUSE)
  }

  /** Ids of the edges whose records nobody else has. */
  edges(): ReadonlySet<string> {
    const { vertices, edges } = this.#program.jobGraph
    const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]))
    return new Set(edges.filter((edge) => this.#isSoleEdge(edge, byId.get(edge.sourceVertex))).map(({ id }) => id))
  }

  /** True where the operator at this place of the chain may have what it is given. */
  isGivenAlone(vertex: JobVertex, position: number): boolean {
    const reader = vertex.operators[position]
    if (reader === undefined || !this.#passesOnAlone(vertex, reader.input)) return false
    const { inputTypes } = this.#program
    return inputTypes.get(reader.id) === inputTypes.get(vertex.operators[reader.input]?.id ?? '')
  }

  #isSoleEdge({ id, sourceOperator, partitioner, sideOutput }: JobEdge, vertex: JobVertex | undefined): boolean {
    if (vertex === undefined || partitioner === 'broadcast') return false
    const emitter = vertex.operators[sourceOperator]
    if (emitter?.kind === 'iteration-head') return this.#readers(vertex, sourceOperator) === 1
    if (sideOutput !== undefined || !this.#passesOnAlone(vertex, sourceOperator)) return false
    // The copy of any other type is what its bytes give.
    const type = this.#program.edgeTypes.get(id)
    const isCopiedAlike = type === undefined || type instanceof DeclaredType
    return isCopiedAlike && type === this.#program.inputTypes.get(emitter?.id ?? '')
  }

  /** A copy was made for the operator, and it hands that on to one reader. */
  #passesOnAlone(vertex: JobVertex, position: number): boolean {
    const operator = vertex.operators[position]
    if (this.#isObjectReuseEnabled || operator === undefined || operator.input < 0) return false
    const spec = this.#program.operators.get(operator.id)?.spec
    if (spec?.kind !== 'timestamps-and-watermarks' || spec.strategy.generator.kind === 'generator') return false
    return this.#readers(vertex, position) === 1
  }

  #readers({ id, operators }: JobVertex, position: number): number {
    const leaving = this.#program.jobGraph.edges.filter(
      ({ sourceVertex, sourceOperator }) => sourceVertex === id && sourceOperator === position,
    )
    return leaving.length + operators.filter(({ input }) => input === position).length
  }
}
