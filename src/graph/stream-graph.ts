import type { KeySpec } from '../api/dag/key-spec.js'
import type { BadRecordPolicy } from '../api/dag/on-error.js'
import type { OperatorSpec } from '../api/dag/operator-spec.js'
import type { PartitionerSpec } from '../api/dag/partitioner-spec.js'
import type { ChainingStrategy } from '../api/dag/transformation.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { GraphSettings } from './graph-settings.js'

/** The records of one node on their way to another. Virtual nodes (union, partition, side output) are resolved into these. */
export interface StreamEdge {
  /** Place among the outputs of the source node, chained ones included. */
  readonly index: number
  readonly source: StreamNode
  readonly target: StreamNode
  /** Which input of the target, from 0 on. Several edges with one number are a union. */
  readonly targetInput: number
  readonly partitioner: PartitionerSpec
  readonly sideOutput: string | undefined
  /** Declared type of the records. */
  readonly outputType: TypeInformation<unknown> | undefined
}

/** An operator with everything decided: parallelism, groups, partitioners of its inputs. */
export interface StreamNode {
  /** Id of the transformation it was made from. */
  readonly id: number
  readonly name: string
  readonly description: string | undefined
  readonly uid: string | undefined
  readonly uidHash: string | undefined
  readonly operator: OperatorSpec
  /** As many as it has inputs; undefined where an input is not keyed. */
  readonly keys: readonly (KeySpec | undefined)[]
  readonly outputType: TypeInformation<unknown> | undefined
  readonly parallelism: number
  readonly maxParallelism: number
  readonly maxParallelismDeclared: boolean
  readonly slotSharingGroup: string
  readonly chainingStrategy: ChainingStrategy
  readonly bufferTimeoutMs: number
  /** Undefined: a record that fails fails the job. */
  readonly onError: BadRecordPolicy | undefined
  readonly isSource: boolean
  readonly inEdges: StreamEdge[]
  readonly outEdges: StreamEdge[]
}

/** Where an edge of a new connection starts; `partitioner` undefined: the default one. */
export interface EdgeOrigin {
  readonly source: StreamNode
  readonly partitioner: PartitionerSpec | undefined
  readonly sideOutput: string | undefined
  readonly outputType: TypeInformation<unknown> | undefined
}

/** The way back of a loop: what its tails are given comes out of its head. No edge, so that the edges lead in no circle. */
export interface StreamLoop {
  readonly head: StreamNode
  readonly tails: readonly StreamNode[]
}

/** The program as operators and edges, before chaining. Nodes stand in the order in which the program made them. */
export class StreamGraph {
  readonly jobName: string
  readonly settings: GraphSettings
  readonly #nodes = new Map<number, StreamNode>()
  readonly #loops: StreamLoop[] = []

  constructor(jobName: string, settings: GraphSettings) {
    this.jobName = jobName
    this.settings = settings
  }

  /** By id, which is the order of the program: every node after its inputs. */
  get nodes(): readonly StreamNode[] {
    return [...this.#nodes.values()].sort((a, b) => a.id - b.id)
  }

  get sources(): readonly StreamNode[] {
    return this.nodes.filter((node) => node.isSource)
  }

  get loops(): readonly StreamLoop[] {
    return this.#loops
  }

  addLoop(loop: StreamLoop): void {
    this.#loops.push(loop)
  }

  addNode(node: StreamNode): void {
    const known = this.#nodes.get(node.id)
    if (known !== undefined) {
      throw new FlinkError('ASSERTION_FAILED', {
        what: `${known.name} and ${node.name} have the number ${String(node.id)}`,
      })
    }
    this.#nodes.set(node.id, node)
  }

  /** Adds an edge to one input of the target. */
  connect(origin: EdgeOrigin, target: StreamNode, targetInput: number): void {
    const { source, sideOutput, outputType } = origin
    const partitioner = origin.partitioner ?? defaultPartitioner(source, target)
    if (partitioner.kind === 'forward' && source.parallelism !== target.parallelism) {
      throw forwardRefused(source, target)
    }
    const index = source.outEdges.length
    const edge: StreamEdge = { index, source, target, targetInput, partitioner, sideOutput, outputType }
    source.outEdges.push(edge)
    target.inEdges.push(edge)
  }
}

function defaultPartitioner(source: StreamNode, target: StreamNode): PartitionerSpec {
  return { kind: source.parallelism === target.parallelism ? 'forward' : 'rebalance' }
}

function forwardRefused(source: StreamNode, target: StreamNode): FlinkError {
  const reason =
    'Forward partitioning does not allow change of parallelism. ' +
    `Upstream operation: ${source.name} parallelism: ${String(source.parallelism)}, ` +
    `downstream operation: ${target.name} parallelism: ${String(target.parallelism)}. ` +
    'You must use another partitioning strategy, such as broadcast, rebalance, shuffle or global.'
  return new FlinkError('GRAPH_INVALID', { operator: target.name, reason })
}
