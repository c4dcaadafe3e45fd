import type { TransformationSettings } from '../api/dag/transformation.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { computeDefaultMaxParallelism, HIGHEST_MAX_PARALLELISM } from '../core/keygroups/key-group-assignment.js'
import type { GraphSettings } from './graph-settings.js'
import type { EdgeOrigin, StreamNode } from './stream-graph.js'

const DEFAULT_SLOT_SHARING_GROUP = 'default'

/** What a node has of the settings of its transformation, whatever it does. */
export type NodeSettings = Omit<StreamNode, 'id' | 'operator' | 'keys' | 'outputType' | 'isSource'>

/** `origins`: of all its inputs. */
export function nodeSettings(
  settings: TransformationSettings,
  origins: readonly EdgeOrigin[],
  defaults: GraphSettings,
): NodeSettings {
  const parallelism = settings.nonParallel ? 1 : (settings.parallelism ?? defaults.defaultParallelism)
  const declared = settings.maxParallelism ?? defaults.maxParallelism
  const maxParallelism = declared ?? computeDefaultMaxParallelism(parallelism)
  checkParallelism(settings.name, parallelism, maxParallelism)
  return {
    name: settings.name,
    description: settings.description,
    uid: settings.uid,
    uidHash: settings.uidHash,
    parallelism,
    maxParallelism,
    maxParallelismDeclared: declared !== undefined,
    slotSharingGroup: settings.slotSharingGroup ?? inheritedGroup(origins),
    chainingStrategy: settings.chainingStrategy,
    bufferTimeoutMs: settings.bufferTimeoutMs ?? defaults.bufferTimeoutMs,
    onError: settings.badRecords?.policy,
    inEdges: [],
    outEdges: [],
  }
}

function checkParallelism(operator: string, parallelism: number, maxParallelism: number): void {
  if (!Number.isInteger(parallelism) || parallelism < 1) {
    const reason = `its parallelism must be a whole number of at least 1, but is ${String(parallelism)}`
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
  if (!Number.isInteger(maxParallelism) || maxParallelism < 1 || maxParallelism > HIGHEST_MAX_PARALLELISM) {
    const range = `a whole number from 1 to ${String(HIGHEST_MAX_PARALLELISM)}`
    const reason = `its max parallelism must be ${range}, but is ${String(maxParallelism)}`
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
  if (parallelism > maxParallelism) {
    throw new FlinkError('PARALLELISM_ABOVE_MAX', { operator, parallelism, maxParallelism })
  }
}

/** The group of the inputs where they agree. */
function inheritedGroup(origins: readonly EdgeOrigin[]): string {
  const groups = new Set(origins.map((origin) => origin.source.slotSharingGroup))
  const [only] = groups
  return groups.size === 1 && only !== undefined ? only : DEFAULT_SLOT_SHARING_GROUP
}
