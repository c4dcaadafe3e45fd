import { coordinatorNameOf } from '../api/dag/operator-spec.js'
import type { PartitionerSpec } from '../api/dag/partitioner-spec.js'
import type { Pipeline } from '../api/environment/pipeline-executor.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { ConfigurationEntries } from '../core/config/configuration.js'
import { sha256Hex } from '../core/hash/sha256.js'
import type { ChainedOperator, JobEdge, JobGraph, JobVertex } from './job-graph.js'
import { buildChains, type Chain, type ChainLink, type ChainOutput } from './operator-chain-builder.js'
import type { OperatorBinding, ProgramGraph } from './program-graph.js'
import { loopEdges } from './loop-edges.js'
import { generateStreamGraph } from './stream-graph-generator.js'
import { hashStreamGraph, type OperatorIds } from './stream-graph-hasher.js'
import type { StreamEdge, StreamGraph, StreamNode } from './stream-graph.js'
import { timestampOriginOf } from './timestamp-origin.js'
import { checkUnalignedCheckpoints } from './unaligned-checkpoints.js'

/** A recorded program to its plan with the functions beside it. The same program gives the same plan in every process. */
export function generateProgramGraph(pipeline: Pipeline): ProgramGraph {
  const { configuration, registeredTypes } = pipeline
  const graph = livingGraphOf(generateStreamGraph(pipeline), configuration.toEntries())
  checkUnalignedCheckpoints(graph.jobGraph)
  return { ...graph, registeredTypes }
}

function livingGraphOf(
  streamGraph: StreamGraph,
  configuration: ConfigurationEntries,
): Omit<ProgramGraph, 'registeredTypes'> {
  const ids = hashStreamGraph(streamGraph)
  const chains = buildChains(streamGraph)
  const vertices = chains.map((chain) => vertexOf(chain, ids))
  const partitioners = new Map<string, PartitionerSpec>()
  const edgeTypes = new Map<string, TypeInformation<unknown>>()
  const edges: JobEdge[] = []
  const inLoops = loopEdges(streamGraph)
  for (const chain of chains) {
    for (const output of chain.outputs) {
      const edge = edgeOf(chain, output, ids, inLoops)
      edges.push(edge)
      partitioners.set(edge.id, output.edge.partitioner)
      if (output.edge.outputType !== undefined) edgeTypes.set(edge.id, output.edge.outputType)
    }
  }
  const inputTypes = new Map<string, TypeInformation<unknown>>()
  for (const { node, inputType } of chains.flatMap((chain) => chain.links)) {
    if (inputType !== undefined) inputTypes.set(idOf(node, ids), inputType)
  }
  const hash = sha256Hex(JSON.stringify([vertices, edges]))
  const jobGraph: JobGraph = { name: streamGraph.jobName, vertices, edges, configuration, hash }
  const operators = new Map(streamGraph.nodes.map((node) => [idOf(node, ids), bindingOf(node, ids)]))
  return { jobGraph, operators, partitioners, edgeTypes, inputTypes }
}

function vertexOf(chain: Chain, ids: OperatorIds): JobVertex {
  const { head } = chain
  return {
    id: idOf(head, ids),
    name: chain.name,
    parallelism: head.parallelism,
    maxParallelism: head.maxParallelism,
    maxParallelismDeclared: head.maxParallelismDeclared,
    slotSharingGroup: head.slotSharingGroup,
    isSource: head.isSource,
    operators: chain.links.map((link) => operatorOf(link, ids)),
  }
}

function operatorOf(link: ChainLink, ids: OperatorIds): ChainedOperator {
  const { node } = link
  // All inputs share one state, so their keys are of one kind.
  const key = node.keys.find((each) => each !== undefined)
  const coordinator = coordinatorNameOf(node.operator)
  return {
    id: idOf(node, ids),
    uid: node.uid,
    ...(node.uidHash === undefined ? {} : { uidHash: node.uidHash.toLowerCase() }),
    name: node.name,
    kind: node.operator.kind,
    input: link.input,
    inputSideOutput: link.inputSideOutput,
    keyed: key !== undefined,
    ...(key?.declaredShape === undefined ? {} : { keyShape: key.declaredShape }),
    ...(coordinator === undefined ? {} : { coordinator }),
    ...(node.description === undefined ? {} : { description: node.description }),
    ...(node.onError === undefined ? {} : { onError: node.onError }),
  }
}

function edgeOf(chain: Chain, output: ChainOutput, ids: OperatorIds, inLoops: ReadonlySet<StreamEdge>): JobEdge {
  const { edge } = output
  const { partitioner, source, target, targetInput } = edge
  const targetVertex = idOf(target, ids)
  return {
    id: `${idOf(source, ids)}/${String(edge.index)}-${targetVertex}/${String(targetInput)}`,
    sourceVertex: idOf(chain.head, ids),
    sourceOperator: output.link,
    sideOutput: edge.sideOutput,
    targetVertex,
    targetInput,
    partitioner: partitioner.kind,
    keyPath: partitioner.kind === 'hash' ? partitioner.key.path : undefined,
    bufferTimeoutMs: source.bufferTimeoutMs,
    ...(edge.outputType === undefined ? {} : { recordType: edge.outputType.description }),
    ...(inLoops.has(edge) ? { isInLoop: true } : {}),
  }
}

function bindingOf(node: StreamNode, ids: OperatorIds): OperatorBinding {
  const { name, uid, keys, outputType } = node
  const binding = { operatorId: idOf(node, ids), name, uid, spec: node.operator, keys, outputType }
  const isWindows = node.operator.kind === 'window' || node.operator.kind === 'co-group'
  return isWindows ? { ...binding, timestampOrigin: timestampOriginOf(node) } : binding
}

function idOf(node: StreamNode, ids: OperatorIds): string {
  const id = ids.get(node.id)
  if (id === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `${node.name} has an operator id` })
  return id
}
