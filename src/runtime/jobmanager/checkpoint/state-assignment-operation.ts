// Duty: which state of a snapshot each subtask of the job's plan starts with.
// Invariants: the snapshot that a run starts from is checked against the plan once; what it fixes (the max parallelism of a
// vertex that declared none, the shapes of keys) holds for the whole run. `assign` is pure: asking for it changes nothing.
// Thread: main thread.
import type { JobGraph, JobVertex } from '../../../graph/job-graph.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { expectedKeyShapes } from '../../../storage/expected-keys.js'
import type { PlannedOperator } from '../../../storage/planned-operator.js'
import { assignState, type AssignedOperator } from '../../../storage/state-assignment.js'
import { EMPTY_SUBTASK_STATE, type TaskStateSnapshot } from '../../../storage/state-handles.js'
import type { RestoreAssignment } from '../scheduler/deployment-plan.js'
import { inputEdgesOf } from './in-flight-records.js'

export class StateAssignmentOperation {
  readonly #vertices: ReadonlyMap<string, JobVertex>
  readonly #plan: readonly PlannedOperator[]
  readonly #allowNonRestoredState: boolean
  /** By vertex, where the snapshot that the run started from has it. */
  readonly #maxParallelism = new Map<string, number>()
  /** By operator, after the snapshot that the run started from. */
  #expectedKeys: ReadonlyMap<string, readonly string[]> = new Map()

  constructor(jobGraph: JobGraph, allowNonRestoredState: boolean) {
    this.#vertices = new Map(jobGraph.vertices.map((vertex) => [vertex.id, vertex]))
    this.#plan = jobGraph.vertices.flatMap((vertex) => plannedOperators(vertex, jobGraph))
    this.#allowNonRestoredState = allowNonRestoredState
  }

  /**
   * The run is to start from this snapshot: refuses what the plan has no place for (STATE_UNMATCHED, COORDINATOR_STATE_UNMATCHED,
   * MAX_PARALLELISM_MISMATCH), adopts what the snapshot fixes, and returns the operators whose state is skipped.
   */
  checkAgainstPlan(checkpoint: CompletedCheckpoint): readonly string[] {
    const { operators, skipped } = assignState(checkpoint, this.#plan, this.#allowNonRestoredState)
    for (const vertex of this.#vertices.values()) {
      const maxParallelism = headOf(vertex, operators)?.maxParallelism
      if (maxParallelism !== undefined) this.#maxParallelism.set(vertex.id, maxParallelism)
    }
    this.#expectedKeys = expectedKeyShapes(checkpoint.metadata, this.#plan)
    return skipped
  }

  maxParallelismOf({ id, maxParallelism }: JobVertex): number {
    return this.#maxParallelism.get(id) ?? maxParallelism
  }

  /** Of the snapshot that was checked, or of a checkpoint that the run completed itself. */
  assign(checkpoint: CompletedCheckpoint): RestoreAssignment {
    const { operators } = assignState(checkpoint, this.#plan, this.#allowNonRestoredState)
    return {
      checkpointId: checkpoint.metadata.checkpointId,
      stateOf: (vertexId, subtaskIndex) => this.#stateOf(vertexId, subtaskIndex, operators),
      isFinished: (vertexId) => this.#operatorsOf(vertexId).every((id) => operators.get(id)?.fullyFinished === true),
      maxParallelismOf: (vertexId) => {
        const vertex = this.#vertices.get(vertexId)
        return vertex === undefined ? 1 : this.maxParallelismOf(vertex)
      },
      coordinatorStateOf: (operatorId) => operators.get(operatorId)?.coordinatorState,
    }
  }

  #stateOf(
    vertexId: string,
    subtaskIndex: number,
    operators: ReadonlyMap<string, AssignedOperator>,
  ): TaskStateSnapshot {
    const states = this.#operatorsOf(vertexId).map((id) => {
      const state = operators.get(id)?.subtasks[subtaskIndex] ?? EMPTY_SUBTASK_STATE
      return [id, { ...state, expectedKeyShapes: this.#expectedKeys.get(id) }] as const
    })
    return { operators: Object.fromEntries(states) }
  }

  #operatorsOf(vertexId: string): readonly string[] {
    return (this.#vertices.get(vertexId)?.operators ?? []).map(({ id }) => id)
  }
}

function headOf(
  { id, operators: [head] }: JobVertex,
  assigned: ReadonlyMap<string, AssignedOperator>,
): AssignedOperator | undefined {
  return assigned.get(head?.id ?? id)
}

export function plannedOperators(vertex: JobVertex, jobGraph: JobGraph): PlannedOperator[] {
  const { parallelism, maxParallelism, maxParallelismDeclared } = vertex
  return vertex.operators.map(({ id, uid, uidHash, name, keyed, keyShape, coordinator }, index) => ({
    operatorId: id,
    uid,
    uidHash,
    name,
    isKeyed: keyed,
    parallelism,
    maxParallelism,
    maxParallelismDeclared,
    keyShape,
    hasCoordinator: coordinator !== undefined,
    ...(index === 0 ? { inputEdges: inputEdgesOf(vertex.id, jobGraph) } : {}),
  }))
}
