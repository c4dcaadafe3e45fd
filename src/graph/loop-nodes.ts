import { defaultSettings } from '../api/dag/default-settings.js'
import { parallelismOf, type FeedbackEdge, type FeedbackTransformation } from '../api/dag/transformation.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { GraphSettings } from './graph-settings.js'
import { nodeSettings } from './node-settings.js'
import type { EdgeOrigin, StreamNode } from './stream-graph.js'

/** Where the records of a loop come out again: as parallel as what goes in, and in the same group, so beside its tails. */
export function headNode(
  transformation: FeedbackTransformation,
  input: readonly EdgeOrigin[],
  defaults: GraphSettings,
): StreamNode {
  const { id, outputType, feedback, maxWaitMs, settings } = transformation
  const name = headName(id)
  if (feedback.length === 0) {
    const reason = `Iteration ${name} does not have any feedback edges: give one of its streams to closeWith().`
    throw new FlinkError('GRAPH_INVALID', { operator: 'iterate', reason })
  }
  const parallelism = parallelismOf(transformation)
  const description = settings.description ?? `${name}, fed by ${tailName(id)}`
  const own = { ...settings, name, description, parallelism, chainingStrategy: 'never' as const }
  return {
    id,
    operator: { kind: 'iteration-head', loop: id, tails: feedback.length, maxWaitMs },
    keys: [],
    outputType,
    isSource: true,
    ...nodeSettings(own, input, defaults),
  }
}

export interface TailNodeInput {
  readonly transformation: FeedbackTransformation
  readonly head: StreamNode
  readonly edge: FeedbackEdge
  /** Which of the loop's tails it is. */
  readonly tail: number
  readonly defaults: GraphSettings
}

/** Where records leave for the head of their loop; chained to what emits them, where nothing partitions them. */
export function tailNode({ transformation, head, edge, tail, defaults }: TailNodeInput): StreamNode {
  const parallelism = parallelismOf(edge.input) ?? defaults.defaultParallelism
  if (parallelism !== head.parallelism) {
    const reason =
      'Parallelism of the feedback stream must match the parallelism of the original stream. ' +
      `Parallelism of original stream: ${String(head.parallelism)}; ` +
      `parallelism of feedback stream: ${String(parallelism)}. Parallelism can be modified using setParallelism().`
    throw new FlinkError('GRAPH_INVALID', { operator: edge.input.settings.name, reason })
  }
  const name = tailName(transformation.id)
  const { maxParallelism, slotSharingGroup, bufferTimeoutMs } = head
  const settings = defaultSettings(name, { parallelism, maxParallelism, slotSharingGroup })
  return {
    id: edge.id,
    operator: { kind: 'iteration-tail', loop: transformation.id, tail, bufferTimeoutMs },
    keys: [undefined],
    outputType: transformation.outputType,
    isSource: false,
    ...nodeSettings({ ...settings, description: `${name}, feeds ${head.name}` }, [], defaults),
    maxParallelismDeclared: head.maxParallelismDeclared,
  }
}

function headName(loop: number): string {
  return `IterationSource-${String(loop)}`
}

function tailName(loop: number): string {
  return `IterationSink-${String(loop)}`
}
