import { CheckpointingOptions } from '../core/config/checkpointing-options.js'
import { Configuration } from '../core/config/configuration.js'
import { unalignedCheckpoints, type UnalignedCheckpoints } from '../core/config/unaligned-checkpoint-choice.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { ChainedOperator, JobEdge, JobGraph } from './job-graph.js'

const ALIGNED_PARTITIONERS: ReadonlySet<JobEdge['partitioner']> = new Set(['forward', 'rescale', 'broadcast'])

/**
 * Whether checkpoints of the job are unaligned; undefined where they are not. Without an interval nobody has decided on checkpoints,
 * so a job that does not allow it (see `checkUnalignedCheckpoints`) is not refused, and those that a user asks for are aligned.
 */
export function unalignedCheckpointsOf(
  plan: JobGraph,
  configuration: Configuration = Configuration.fromEntries(plan.configuration),
): UnalignedCheckpoints | undefined {
  const asked = unalignedCheckpoints(configuration)
  return asked === undefined || obstacleIn(plan, configuration) !== undefined ? undefined : asked
}

/** UNALIGNED_CHECKPOINTS_REFUSED where the job is to take them and cannot, by Flink's rules. */
export function checkUnalignedCheckpoints(plan: JobGraph): void {
  const { UNALIGNED_ENABLED, MAX_CONCURRENT_CHECKPOINTS, CHECKPOINTING_INTERVAL } = CheckpointingOptions
  const configuration = Configuration.fromEntries(plan.configuration)
  if (unalignedCheckpoints(configuration) === undefined) return
  const { key, where } = configuration.placeOf(UNALIGNED_ENABLED) ?? {
    key: UNALIGNED_ENABLED.key,
    where: 'its default',
  }
  const mostConcurrent = configuration.get(MAX_CONCURRENT_CHECKPOINTS)
  if (mostConcurrent > 1) {
    const reason = `they are taken one at a time, and ${MAX_CONCURRENT_CHECKPOINTS.key} is ${String(mostConcurrent)}. Set it to 1`
    throw new FlinkError('UNALIGNED_CHECKPOINTS_REFUSED', { key, where, reason })
  }
  const reason = obstacleIn(plan, configuration)
  if (reason === undefined || !configuration.contains(CHECKPOINTING_INTERVAL)) return
  throw new FlinkError('UNALIGNED_CHECKPOINTS_REFUSED', { key, where, reason })
}

/** What the operators of a sink after its writer are given. */
const GIVES_COMMITTABLES: ReadonlySet<ChainedOperator['kind']> = new Set(['sink-writer', 'committer'])

/**
 * Edges whose barriers stay among the records also in an unaligned checkpoint, by id. On a channel to one subtask, or with the same
 * records for all, nobody could say after a change of parallelism to whom records in flight belong; and in a loop they would stay
 * in flight for ever. Committables have to be at their committer when the checkpoint is complete that they belong to. As in Flink, all
 * edges into an operator are of one kind: it waits for the barriers of some anyway.
 */
export function alignedOnlyEdges(plan: JobGraph): ReadonlySet<string> {
  const ofCommittables = committableEdges(plan)
  const isAligned = ({ id, partitioner, isInLoop }: JobEdge): boolean =>
    isInLoop === true || ALIGNED_PARTITIONERS.has(partitioner) || ofCommittables.has(id)
  const targets = new Set(plan.edges.filter(isAligned).map(({ targetVertex }) => targetVertex))
  return new Set(plan.edges.filter(({ targetVertex }) => targets.has(targetVertex)).map(({ id }) => id))
}

/** By id: all that is downstream of a sink's writer. */
function committableEdges({ vertices, edges }: JobGraph): ReadonlySet<string> {
  const found = new Set<string>()
  // In topological order, so what leads to a vertex is known before what leaves it.
  for (const { id, operators } of vertices) {
    const isFed = edges.some((edge) => edge.targetVertex === id && found.has(edge.id))
    const gives: boolean[] = []
    for (const { kind, input } of operators) gives.push(isFed || GIVES_COMMITTABLES.has(kind) || gives[input] === true)
    for (const edge of edges) if (edge.sourceVertex === id && gives[edge.sourceOperator] === true) found.add(edge.id)
  }
  return found
}

/** Why a job has no unaligned checkpoints unless it is forced to. */
function obstacleIn(plan: JobGraph, configuration: Configuration): string | undefined {
  if (configuration.get(CheckpointingOptions.UNALIGNED_FORCED)) return undefined
  const advice = `Set ${CheckpointingOptions.UNALIGNED_FORCED.key}: true (setForceUnalignedCheckpoints) to have them all the same`
  const loop = plan.vertices.flatMap(({ operators }) => operators).find(({ kind }) => kind === 'iteration-head')
  if (loop !== undefined)
    return `it has a loop (${loop.name}), in which barriers have to stay among the records. ${advice}`
  const custom = plan.edges.find(({ partitioner }) => partitioner === 'custom')
  if (custom === undefined) return undefined
  const records = `the records from ${sourceNameOf(plan, custom)} to ${targetNameOf(plan, custom)}`
  return `${records} are partitioned by a function of the program, and those in flight may come to another subtask than it says when the parallelism changes. ${advice}`
}

/** Name of the operator whose records an edge carries. */
export function sourceNameOf(plan: JobGraph, edge: JobEdge): string {
  const vertex = plan.vertices.find(({ id }) => id === edge.sourceVertex)
  return vertex?.operators[edge.sourceOperator]?.name ?? edge.sourceVertex
}

/** Name of the operator that an edge leads to. */
export function targetNameOf(plan: JobGraph, edge: JobEdge): string {
  const vertex = plan.vertices.find(({ id }) => id === edge.targetVertex)
  return vertex?.operators[0]?.name ?? edge.targetVertex
}
