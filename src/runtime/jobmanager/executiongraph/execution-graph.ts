// Duty: all executions of the current attempt of a job, and who feeds whom.
// Invariants: one Execution a subtask; a new attempt makes a new ExecutionGraph, and a restart of some tasks new
// Executions of these, so a report about an old execution finds nothing here.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { JobEdge, JobGraph, JobVertex } from '../../../graph/job-graph.js'
import { producersOf } from './connectivity.js'
import { Execution, type TaskSlot } from './execution.js'
import { PipelinedRegions } from './pipelined-regions.js'

export class ExecutionGraph {
  readonly jobGraph: JobGraph
  readonly #placeOf: (vertexId: string, subtaskIndex: number) => TaskSlot
  readonly #byId = new Map<string, Execution>()
  readonly #byVertex = new Map<string, Execution[]>()
  #regions: PipelinedRegions | undefined

  constructor(
    jobGraph: JobGraph,
    placeOf: (vertexId: string, subtaskIndex: number) => TaskSlot,
    attemptNumber: number,
  ) {
    this.jobGraph = jobGraph
    this.#placeOf = placeOf
    for (const vertex of jobGraph.vertices) {
      const executions = Array.from({ length: vertex.parallelism }, (_, subtaskIndex) =>
        this.#make(vertex, subtaskIndex, attemptNumber),
      )
      this.#byVertex.set(vertex.id, executions)
      for (const execution of executions) this.#byId.set(execution.id, execution)
    }
  }

  /** Puts new ones in the place of these, which have ended; returns them. */
  renew(ended: Iterable<Execution>, attemptNumber: number): Execution[] {
    return [...ended].map(({ id, vertex, subtaskIndex }) => {
      const execution = this.#make(vertex, subtaskIndex, attemptNumber)
      this.#byId.delete(id)
      this.#byId.set(execution.id, execution)
      this.#byVertex.get(vertex.id)?.splice(subtaskIndex, 1, execution)
      return execution
    })
  }

  /** All of the regions that these belong to. */
  regionsOf(executions: Iterable<Execution>): Execution[] {
    const regions = (this.#regions ??= new PipelinedRegions(this.jobGraph))
    const regionOf = ({ vertex, subtaskIndex }: Execution): number => regions.of(vertex.id, subtaskIndex)
    const wanted = new Set([...executions].map(regionOf))
    return [...this.all()].filter((execution) => wanted.has(regionOf(execution)))
  }

  /** In the order of the plan and its subtasks. */
  *all(): IterableIterator<Execution> {
    for (const executions of this.#byVertex.values()) yield* executions
  }

  find(executionId: string): Execution | undefined {
    return this.#byId.get(executionId)
  }

  ofVertex(vertexId: string): readonly Execution[] {
    return this.#byVertex.get(vertexId) ?? []
  }

  execution(vertexId: string, subtaskIndex: number): Execution {
    const execution = this.ofVertex(vertexId)[subtaskIndex]
    if (execution === undefined) {
      throw new FlinkError('ASSERTION_FAILED', { what: `no execution ${vertexId}/${String(subtaskIndex)}` })
    }
    return execution
  }

  vertex(vertexId: string): JobVertex {
    const vertex = this.jobGraph.vertices.find((candidate) => candidate.id === vertexId)
    if (vertex === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no vertex ${vertexId}` })
    return vertex
  }

  producersOf(edge: JobEdge, consumerIndex: number): number[] {
    const ends = {
      partitioner: edge.partitioner,
      producers: this.vertex(edge.sourceVertex).parallelism,
      consumers: this.vertex(edge.targetVertex).parallelism,
    }
    return producersOf(ends, consumerIndex)
  }

  allEnded(): boolean {
    return [...this.all()].every((execution) => execution.hasEnded)
  }

  allFinished(): boolean {
    return [...this.all()].every((execution) => execution.state === 'FINISHED')
  }

  allRunningOrFinished(): boolean {
    return [...this.all()].every((execution) => execution.state === 'RUNNING' || execution.state === 'FINISHED')
  }

  #make(vertex: JobVertex, subtaskIndex: number, attemptNumber: number): Execution {
    const id = `${vertex.id}_${String(subtaskIndex)}_${String(attemptNumber)}`
    return new Execution({ id, vertex, subtaskIndex, attemptNumber, ...this.#placeOf(vertex.id, subtaskIndex) })
  }
}
