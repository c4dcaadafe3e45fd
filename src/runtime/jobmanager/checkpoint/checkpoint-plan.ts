// Duty: says who is triggered, who must acknowledge and who counts as finished in one checkpoint (FLIP-147).
// Invariants: every execution is in exactly one of `toAcknowledge` and `finished`; `toTrigger` is a subset of
// `toAcknowledge`: the running tasks that no running task feeds.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { JobGraph } from '../../../graph/job-graph.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'

export interface CheckpointPlan {
  readonly toTrigger: readonly Execution[]
  readonly toAcknowledge: readonly Execution[]
  readonly finished: readonly Execution[]
  /** Vertices all of whose subtasks had finished. */
  readonly finishedVertices: ReadonlySet<string>
}

/** Undefined with the name of a task that neither runs nor has finished. */
export type CheckpointPlanResult = { readonly plan: CheckpointPlan } | { readonly notRunning: Execution }

export function computeCheckpointPlan(executions: ExecutionGraph): CheckpointPlanResult {
  const toAcknowledge: Execution[] = []
  const finished: Execution[] = []
  for (const execution of executions.all()) {
    if (execution.state === 'RUNNING') toAcknowledge.push(execution)
    else if (execution.state === 'FINISHED') finished.push(execution)
    else return { notRunning: execution }
  }
  const runningVertices = new Set(toAcknowledge.map((execution) => execution.vertex.id))
  const fed = verticesFedByRunningTasks(executions, runningVertices)
  return {
    plan: {
      toTrigger: toAcknowledge.filter((execution) => !fed(execution)),
      toAcknowledge,
      finished,
      finishedVertices: new Set(
        executions.jobGraph.vertices.map((vertex) => vertex.id).filter((id) => !runningVertices.has(id)),
      ),
    },
  }
}

export interface PlanConditions {
  readonly checkpointId: number
  readonly jobId: string
  /** False: once a task has finished no checkpoint is taken any more. */
  readonly afterTasksFinish: boolean
}

/** TASKS_NOT_RUNNING or CHECKPOINT_DECLINED where none can be taken now. */
export function requireCheckpointPlan(executions: ExecutionGraph, conditions: PlanConditions): CheckpointPlan {
  const { checkpointId, jobId, afterTasksFinish } = conditions
  const result = computeCheckpointPlan(executions)
  if ('notRunning' in result) {
    throw new FlinkError('TASKS_NOT_RUNNING', { task: result.notRunning.taskNameWithSubtask, jobId })
  }
  const [finished] = result.plan.finished
  if (finished === undefined || afterTasksFinish) return result.plan
  const option = CheckpointingOptions.CHECKPOINTS_AFTER_TASKS_FINISH.key
  throw checkpointDeclined(checkpointId, `${finished.taskNameWithSubtask} has finished, and ${option} is false`)
}

export function checkpointDeclined(checkpointId: number, reason: string): FlinkError {
  return new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason })
}

function verticesFedByRunningTasks(
  executions: ExecutionGraph,
  runningVertices: ReadonlySet<string>,
): (execution: Execution) => boolean {
  const { edges }: JobGraph = executions.jobGraph
  return (execution) =>
    edges.some((edge) => {
      if (edge.targetVertex !== execution.vertex.id || !runningVertices.has(edge.sourceVertex)) return false
      return executions
        .producersOf(edge, execution.subtaskIndex)
        .some((index) => executions.execution(edge.sourceVertex, index).state === 'RUNNING')
    })
}
