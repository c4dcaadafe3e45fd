// Duty: puts together what a fully acknowledged checkpoint says of the job: its metadata.
// Invariants: pure; state that no task acknowledged is not in it; the state of an operator lies at the index of its subtask.
// Thread: main thread.
import type { JobVertex } from '../../../graph/job-graph.js'
import type { CheckpointMetadata, OperatorState } from '../../../storage/checkpoint-metadata.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { JobEnvironment } from '../job-environment.js'
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
  return {
    engineVersion,
    jobId,
    jobName: jobGraph.name,
    checkpointId: pending.checkpointId,
    timestamp,
    isSavepoint: pending.properties.isSavepoint,
    ...(pending.properties.thenStop === 'drain' && { isDrained: true }),
    operators: jobGraph.vertices.flatMap((vertex) => operatorStates(vertex, maxParallelismOf(vertex), pending)),
  }
}

function operatorStates(vertex: JobVertex, maxParallelism: number, pending: PendingCheckpoint): OperatorState[] {
  const fullyFinished = pending.plan.finishedVertices.has(vertex.id)
  const states = vertex.operators.map(({ id, uid, name }) => {
    const subtasks: (OperatorSubtaskState | undefined)[] = Array.from({ length: vertex.parallelism }, () => undefined)
    for (const execution of pending.plan.toAcknowledge) {
      if (execution.vertex.id !== vertex.id) continue
      subtasks[execution.subtaskIndex] = pending.acknowledged.get(execution.id)?.snapshot.operators[id]
    }
    const { parallelism } = vertex
    const coordinatorState = pending.coordinatorStates.get(id)
    return { operatorId: id, uid, name, parallelism, maxParallelism, fullyFinished, subtasks, coordinatorState }
  })
  // An operator without state says nothing that a restore needs.
  return states.filter(
    (state) =>
      state.fullyFinished ||
      state.coordinatorState !== undefined ||
      state.subtasks.some((subtask) => subtask !== undefined),
  )
}
