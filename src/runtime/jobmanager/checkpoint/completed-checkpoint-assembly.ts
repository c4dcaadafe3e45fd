// Duty: puts together what a fully acknowledged checkpoint says of the job: its metadata.
// Invariants: pure; state that no task acknowledged is not in it; the state of an operator lies at the index of its subtask.
// Thread: main thread.
import type { JobGraph, JobVertex } from '../../../graph/job-graph.js'
import type { CheckpointMetadata, OperatorState } from '../../../storage/checkpoint-metadata.js'
import { EMPTY_SUBTASK_STATE, type OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { JobEnvironment } from '../job-environment.js'
import { InFlightRecords, inputEdgesOf, type SubtaskSnapshot } from './in-flight-records.js'
import type { PendingCheckpoint } from './pending-checkpoint.js'

export interface CheckpointAssembly {
  readonly engineVersion: string
  /** See Stamps. */
  readonly timestamp: number
  /** Of a vertex: what the snapshot that the run started from may have changed. */
  readonly maxParallelismOf: (vertex: JobVertex) => number
}

export function assembleCheckpointMetadata(
  pending: PendingCheckpoint,
  { jobId, jobGraph }: JobEnvironment,
  { engineVersion, timestamp, maxParallelismOf }: CheckpointAssembly,
): CheckpointMetadata {
  const inFlight = new InFlightRecords(jobGraph, acknowledgedBy(pending))
  return {
    engineVersion,
    jobId,
    jobName: jobGraph.name,
    checkpointId: pending.checkpointId,
    timestamp,
    isSavepoint: pending.properties.isSavepoint,
    ...(pending.properties.thenStop === 'drain' && { isDrained: true }),
    operators: jobGraph.vertices.flatMap((vertex) => {
      const states = operatorStates(vertex, maxParallelismOf(vertex), pending)
      const isInFlight = inFlight.isInto(vertex.id)
      return states
        .map((state, index) => (index === 0 && isInFlight ? withInFlight(state, inFlight, jobGraph) : state))
        .filter(saysAnything)
    }),
  }
}

/** `head`: the first operator of a vertex, of which the vertex has its id. */
function withInFlight(head: OperatorState, inFlight: InFlightRecords, jobGraph: JobGraph): OperatorState {
  const { operatorId } = head
  const subtasks = head.subtasks.map((subtask, index) => {
    const inputChannels = inFlight.into(operatorId, index)
    return inputChannels.length === 0 ? subtask : { ...(subtask ?? EMPTY_SUBTASK_STATE), inputChannels }
  })
  return { ...head, subtasks, inputEdges: inputEdgesOf(operatorId, jobGraph) }
}

function acknowledgedBy({ plan, acknowledged }: PendingCheckpoint): SubtaskSnapshot[] {
  return plan.toAcknowledge.flatMap(({ id, vertex, subtaskIndex }) => {
    const snapshot = acknowledged.get(id)?.snapshot
    return snapshot === undefined ? [] : [{ vertexId: vertex.id, subtaskIndex, snapshot }]
  })
}

function operatorStates(vertex: JobVertex, maxParallelism: number, pending: PendingCheckpoint): OperatorState[] {
  const running = pending.plan.toAcknowledge.filter((execution) => execution.vertex.id === vertex.id)
  return vertex.operators.map(({ id, uid, name }) => {
    const subtasks: (OperatorSubtaskState | undefined)[] = Array.from({ length: vertex.parallelism }, () => undefined)
    // One had finished where its whole vertex has, and where it had before the restore, chained to others or not.
    let fullyFinished = true
    for (const execution of running) {
      const state = pending.acknowledged.get(execution.id)?.snapshot.operators[id]
      if (state?.isFinished === true) continue
      fullyFinished = false
      subtasks[execution.subtaskIndex] = state && withoutChannels(state)
    }
    const { parallelism } = vertex
    const coordinatorState = pending.coordinatorStates.get(id)
    return { operatorId: id, uid, name, parallelism, maxParallelism, fullyFinished, subtasks, coordinatorState }
  })
}

/** They come together in InFlightRecords. */
function withoutChannels(state: OperatorSubtaskState): OperatorSubtaskState | undefined {
  const { inputChannels, outputChannels, ...others } = state
  if (inputChannels === undefined && outputChannels === undefined) return state
  return others.managedKeyed.length + others.managedOperator.length === 0 ? undefined : others
}

/** An operator without state says nothing that a restore needs. */
function saysAnything({ fullyFinished, coordinatorState, subtasks }: OperatorState): boolean {
  return fullyFinished || coordinatorState !== undefined || subtasks.some((subtask) => subtask !== undefined)
}
