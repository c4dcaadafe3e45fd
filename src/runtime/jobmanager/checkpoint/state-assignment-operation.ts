// Duty: which state of a snapshot each subtask of the job's plan starts with.
// Invariants: the snapshot that a run starts from is checked against the plan once; what it fixes (the max parallelism of a
// vertex that declared none, the shapes of keys) holds for the whole run. `assign` is pure: asking for it changes nothing.
// Thread: main thread.
import type { ChainedOperator, JobGraph, JobVertex } from '../../../graph/job-graph.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { expectedKeyShapes } from '../../../storage/expected-keys.js'
import { refuseFedFinished } from '../../../storage/finished-operators.js'
import type { PlannedOperator, PlannedSource } from '../../../storage/planned-operator.js'
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
    this.#plan = plannedOperators(jobGraph)
    this.#allowNonRestoredState = allowNonRestoredState
  }

  /**
   * The run is to start from this snapshot: refuses what the plan has no place for (STATE_UNMATCHED, COORDINATOR_STATE_UNMATCHED,
   * MAX_PARALLELISM_MISMATCH, FINISHED_OPERATOR_FED), adopts what the snapshot fixes, and returns the operators whose state is skipped.
   */
  checkAgainstPlan(checkpoint: CompletedCheckpoint): readonly string[] {
    const { operators, skipped } = assignState(checkpoint, this.#plan, this.#allowNonRestoredState)
    refuseFedFinished(checkpoint, this.#plan)
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
    const hasFinished = (operatorId: string): boolean => operators.get(operatorId)?.fullyFinished === true
    return {
      checkpointId: checkpoint.metadata.checkpointId,
      stateOf: (vertexId, subtaskIndex) => this.#stateOf(vertexId, subtaskIndex, operators),
      isFinished: (vertexId) => this.#operatorsOf(vertexId).every(hasFinished),
      finishedOperatorsOf: (vertexId) => this.#operatorsOf(vertexId).filter(hasFinished),
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

export function plannedOperators(jobGraph: JobGraph): PlannedOperator[] {
  const sources = sourcesByVertex(jobGraph)
  return jobGraph.vertices.flatMap((vertex) => {
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
      sources: [...(sources.get(vertex.id) ?? [])],
      ...(index === 0 ? { inputEdges: inputEdgesOf(vertex.id, jobGraph) } : {}),
    }))
  })
}

/** In one pass, as each vertex comes after those that feed it. Heads of loops are none: what comes out of them went in elsewhere. */
function sourcesByVertex({ vertices, edges }: JobGraph): ReadonlyMap<string, ReadonlySet<PlannedSource>> {
  const feeders = new Map<string, string[]>()
  for (const { sourceVertex, targetVertex } of edges) {
    const known = feeders.get(targetVertex)
    if (known === undefined) feeders.set(targetVertex, [sourceVertex])
    else known.push(sourceVertex)
  }
  const sources = new Map<string, ReadonlySet<PlannedSource>>()
  for (const { id, isSource, operators } of vertices) {
    const [head] = operators
    const own = isSource && head !== undefined && head.kind !== 'iteration-head' ? [plannedSource(head)] : []
    const upstream = (feeders.get(id) ?? []).flatMap((feeder) => [...(sources.get(feeder) ?? [])])
    sources.set(id, new Set([...own, ...upstream]))
  }
  return sources
}

function plannedSource({ id: operatorId, uidHash, name }: ChainedOperator): PlannedSource {
  return { operatorId, uidHash, name }
}
