// Duty: what an unaligned checkpoint has of channels, as its metadata say it: with the subtask that was to read it.
// Invariants: pure. What was in flight in a channel is in two acknowledgements, that of its reader and that of its writer; here it
// comes together, the reader's part first, as it is older. So a restore has to know nothing of who wrote it.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { JobEdge, JobGraph, JobVertex } from '../../../graph/job-graph.js'
import { sourceNameOf } from '../../../graph/unaligned-checkpoints.js'
import type { InputEdge } from '../../../storage/checkpoint-metadata.js'
import type { ChannelStateHandle, TaskStateSnapshot } from '../../../storage/state-handles.js'
import { consumersOf, producersOf, type EdgeEnds } from '../executiongraph/connectivity.js'

/** What a subtask acknowledged. */
export interface SubtaskSnapshot {
  readonly vertexId: string
  readonly subtaskIndex: number
  readonly snapshot: TaskStateSnapshot
}

/** Edges into a vertex in the order in which its tasks count them. */
export function inputEdgesOf(vertexId: string, jobGraph: JobGraph): InputEdge[] {
  return jobGraph.edges
    .filter(({ targetVertex }) => targetVertex === vertexId)
    .map((edge) => ({
      id: edge.id,
      sourceName: sourceNameOf(jobGraph, edge),
      partitioner: edge.partitioner,
      recordType: edge.recordType ?? 'GENERIC',
      sourceParallelism: parallelismOf(edge.sourceVertex, jobGraph),
    }))
}

function parallelismOf(vertexId: string, { vertices }: JobGraph): number {
  return vertices.find(({ id }) => id === vertexId)?.parallelism ?? 0
}

export class InFlightRecords {
  readonly #jobGraph: JobGraph
  readonly #vertices: ReadonlyMap<string, JobVertex>
  /** By vertex and subtask that was to read them. */
  readonly #handles = new Map<string, Map<number, ChannelStateHandle[]>>()

  constructor(jobGraph: JobGraph, snapshots: readonly SubtaskSnapshot[]) {
    this.#jobGraph = jobGraph
    this.#vertices = new Map(jobGraph.vertices.map((vertex) => [vertex.id, vertex]))
    for (const { vertexId, subtaskIndex, snapshot } of snapshots) {
      for (const { inputChannels } of Object.values(snapshot.operators)) {
        for (const handle of inputChannels ?? []) this.#add(vertexId, subtaskIndex, handle)
      }
    }
    for (const { vertexId, subtaskIndex, snapshot } of snapshots) {
      for (const { outputChannels } of Object.values(snapshot.operators)) {
        for (const handle of outputChannels ?? []) this.#addOutput(vertexId, subtaskIndex, handle)
      }
    }
    // Sorting is stable: what was at the reader stays before what was at the writer.
    for (const handles of [...this.#handles.values()].flatMap((bySubtask) => [...bySubtask.values()])) {
      handles.sort((one, other) => one.edgeIndex - other.edgeIndex || one.channelIndex - other.channelIndex)
    }
  }

  isInto(vertexId: string): boolean {
    return this.#handles.has(vertexId)
  }

  into(vertexId: string, subtaskIndex: number): readonly ChannelStateHandle[] {
    return this.#handles.get(vertexId)?.get(subtaskIndex) ?? []
  }

  #add(vertexId: string, subtaskIndex: number, handle: ChannelStateHandle): void {
    const bySubtask = this.#handles.get(vertexId) ?? new Map<number, ChannelStateHandle[]>()
    const handles = bySubtask.get(subtaskIndex) ?? []
    handles.push(handle)
    bySubtask.set(subtaskIndex, handles)
    this.#handles.set(vertexId, bySubtask)
  }

  #addOutput(vertexId: string, producer: number, handle: ChannelStateHandle): void {
    const { edges } = this.#jobGraph
    const edge = edges.filter(({ sourceVertex }) => sourceVertex === vertexId)[handle.edgeIndex]
    if (edge === undefined) throw noSuchChannel(vertexId)
    const ends = this.#endsOf(edge)
    const consumer = consumersOf(ends, producer)[handle.channelIndex]
    if (consumer === undefined) throw noSuchChannel(vertexId)
    const edgeIndex = edges.filter(({ targetVertex }) => targetVertex === edge.targetVertex).indexOf(edge)
    const channelIndex = producersOf(ends, consumer).indexOf(producer)
    this.#add(edge.targetVertex, consumer, { ...handle, edgeIndex, channelIndex })
  }

  #endsOf({ partitioner, sourceVertex, targetVertex }: JobEdge): EdgeEnds {
    const producers = this.#vertices.get(sourceVertex)?.parallelism ?? 0
    return { partitioner, producers, consumers: this.#vertices.get(targetVertex)?.parallelism ?? 0 }
  }
}

function noSuchChannel(vertexId: string): FlinkError {
  return new FlinkError('ASSERTION_FAILED', { what: `records in flight from ${vertexId} are in a channel of the plan` })
}
