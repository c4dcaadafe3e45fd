import type { StreamEdge } from './stream-graph.js'

/**
 * Whether the target runs in the task of the source, called directly. A side output may chain like the main one. An operator
 * with several inputs is the head of its chain: its task aligns their barriers.
 */
export function isChainable(edge: StreamEdge, isChainingEnabled: boolean): boolean {
  const { source, target } = edge
  return (
    isChainingEnabled &&
    target.keys.length === 1 &&
    target.inEdges.length === 1 &&
    edge.partitioner.kind === 'forward' &&
    source.parallelism === target.parallelism &&
    source.slotSharingGroup === target.slotSharingGroup &&
    target.chainingStrategy === 'always' &&
    source.chainingStrategy !== 'never'
  )
}
