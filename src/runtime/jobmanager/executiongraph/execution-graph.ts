// Duty: all executions of the current attempt of a job, and who feeds whom.
// Invariants: one Execution a subtask; a new attempt makes a new ExecutionGraph, so a report about an old execution
// finds nothing here.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { JobEdge, JobGraph, JobVertex } from '../../../graph/job-graph.js'
import { producersOf } from './connectivity.js'
import { Execution, type TaskSlot } from './execution.js'

export class ExecutionGraph {
  readonly jobGraph: JobGraph
  readonly attemptNumber: number
  readonly #byId = new Map<string, Execution>()
  readonly #byVertex = new Map<string, Execution[]>()

  constructor(
    jobGraph: JobGraph,
    placeOf: (vertexId: string, subtaskIndex: number) => TaskSlot,
    attemptNumber: number,
  ) {
    this.jobGraph = jobGraph
    this.attemptNumber = attemptNumber
    for (const vertex of jobGraph.vertices) {
      const executions = Array.from({ length: vertex.parallelism }, (_, subtaskIndex) => {
        const id = `${vertex.id}_${String(subtaskIndex)}_${String(attemptNumber)}`
        return new Execution({ id, vertex, subtaskIndex, attemptNumber, ...placeOf(vertex.id, subtaskIndex) })
      })
      this.#byVertex.set(vertex.id, executions)
      for (const execution of executions) this.#byId.set(execution.id, execution)
    }
  }

  all(): IterableIterator<Execution> {
    return this.#byId.values()
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
}
