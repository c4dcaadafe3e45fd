// Duty: turns an ExecutionGraph into what each worker is told to run: channels allocated, restored state attached.
// Invariants: a channel's two ends get the same memory; channels within one worker need no shared memory. Memory is new
// for every deployment, so that a task of an older one can never write into it. What is deployed is whole: no channel leads
// to a task that is not.
// Thread: main thread.
import { checkpointsDirectory } from '../../../core/config/checkpoint-storage-choice.js'
import { Configuration } from '../../../core/config/configuration.js'
import { parseFileUri } from '../../../core/fs/file-path.js'
import type { JobEdge, JobGraph } from '../../../graph/job-graph.js'
import { alignedOnlyEdges, unalignedCheckpointsOf } from '../../../graph/unaligned-checkpoints.js'
import type { StreamStateHandle, TaskStateSnapshot } from '../../../storage/state-handles.js'
import { planNetworkMemory } from '../../protocol/network-memory.js'
import { allocateRing } from '../../protocol/ring-memory.js'
import type { ChannelDescriptor, EdgeDescriptor, TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import { consumersOf, producersOf, type EdgeEnds } from '../executiongraph/connectivity.js'

/** Of a barrier without its directories, and of `/<job id>/chk-<n>` twice, less than twice as many. */
const BARRIER_BYTES = 128

export interface RestoreAssignment {
  readonly checkpointId: number
  stateOf(vertexId: string, subtaskIndex: number): TaskStateSnapshot
  isFinished(vertexId: string): boolean
  /** Of a vertex that has not: the operators that had, when they were chained otherwise. */
  finishedOperatorsOf(vertexId: string): readonly string[]
  maxParallelismOf(vertexId: string): number
  coordinatorStateOf(operatorId: string): StreamStateHandle | undefined
}

export interface DeploymentInput {
  readonly executions: ExecutionGraph
  /** All of them, or those of some regions. */
  readonly toDeploy: Iterable<Execution>
  readonly bellOf: (worker: number) => SharedArrayBuffer
  readonly restore: RestoreAssignment | undefined
  readonly networkBudgetBytes: number
  readonly slotSizeBytes: number
}

interface ChannelPair {
  readonly producer: ChannelDescriptor
  readonly consumer: ChannelDescriptor
}

/** Task descriptors by worker. */
export function planDeployment(input: DeploymentInput): Map<number, TaskDeploymentDescriptor[]> {
  const channels = new ChannelAllocator(input)
  const byWorker = new Map<number, TaskDeploymentDescriptor[]>()
  for (const execution of input.toDeploy) {
    const tasks = byWorker.get(execution.worker) ?? []
    tasks.push(describeTask(execution, input, channels))
    byWorker.set(execution.worker, tasks)
  }
  return byWorker
}

function describeTask(
  execution: Execution,
  input: DeploymentInput,
  channels: ChannelAllocator,
): TaskDeploymentDescriptor {
  const { executions, restore } = input
  const { vertex, subtaskIndex } = execution
  const { edges } = executions.jobGraph
  const finishedOnRestore = restore?.isFinished(vertex.id) ?? false
  const finishedOperators = finishedOnRestore ? [] : (restore?.finishedOperatorsOf(vertex.id) ?? [])
  return {
    executionId: execution.id,
    vertexId: vertex.id,
    subtaskIndex,
    slot: execution.slot,
    attemptNumber: execution.attemptNumber,
    maxParallelism: restore?.maxParallelismOf(vertex.id) ?? vertex.maxParallelism,
    inputs: edges
      .filter((edge) => edge.targetVertex === vertex.id)
      .map((edge) => channels.inputEdge(edge, subtaskIndex)),
    outputs: edges
      .filter((edge) => edge.sourceVertex === vertex.id)
      .map((edge) => channels.outputEdge(edge, subtaskIndex)),
    restore:
      restore === undefined
        ? undefined
        : { checkpointId: restore.checkpointId, state: restore.stateOf(vertex.id, subtaskIndex) },
    finishedOnRestore,
    ...(finishedOperators.length === 0 ? {} : { finishedOperators }),
  }
}

class ChannelAllocator {
  readonly #input: DeploymentInput
  readonly #pairs = new Map<string, ChannelPair>()
  /** Undefined where barriers stay among the records on all edges. */
  readonly #unaligned: UnalignedEdges | undefined
  readonly #memory: { readonly slotSizeBytes: number; readonly slotCount: number }

  constructor(input: DeploymentInput) {
    this.#input = input
    this.#unaligned = unalignedEdgesOf(input.executions.jobGraph)
    this.#memory = planNetworkMemory({
      budgetBytes: input.networkBudgetBytes,
      channels: Math.max(1, this.#countRings()),
      preferredSlotSizeBytes: input.slotSizeBytes,
      announcedBytes: this.#unaligned?.announcedBytes ?? 0,
    })
  }

  outputEdge(edge: JobEdge, producer: number): EdgeDescriptor {
    const ends = this.#ends(edge)
    const peers = consumersOf(ends, producer)
    const channels = peers.map((consumer) => this.#pair(edge, producer, consumer).producer)
    return { ...this.#edge(edge), channels, peers, ...this.#peer(edge.targetVertex) }
  }

  inputEdge(edge: JobEdge, consumer: number): EdgeDescriptor {
    const ends = this.#ends(edge)
    const peers = producersOf(ends, consumer)
    const channels = peers.map((producer) => this.#pair(edge, producer, consumer).consumer)
    return { ...this.#edge(edge), channels, peers, ...this.#peer(edge.sourceVertex) }
  }

  #edge({ id }: JobEdge): Pick<EdgeDescriptor, 'edgeId' | 'alignedOnly'> {
    return { edgeId: id, ...(this.#unaligned?.alignedOnly.has(id) === true ? { alignedOnly: true } : {}) }
  }

  /** For a barrier that overtakes records; 0 where none does. */
  #announcedBytes({ id }: JobEdge): number {
    return this.#unaligned === undefined || this.#unaligned.alignedOnly.has(id) ? 0 : this.#unaligned.announcedBytes
  }

  #pair(edge: JobEdge, producer: number, consumer: number): ChannelPair {
    const key = `${edge.id}#${String(producer)}#${String(consumer)}`
    let pair = this.#pairs.get(key)
    if (pair === undefined) {
      pair = this.#connect(key, edge, { producer, consumer })
      this.#pairs.set(key, pair)
    }
    return pair
  }

  #connect(
    key: string,
    edge: JobEdge,
    { producer, consumer }: { readonly producer: number; readonly consumer: number },
  ): ChannelPair {
    const producerWorker = this.#workerOf(edge.sourceVertex, producer)
    const consumerWorker = this.#workerOf(edge.targetVertex, consumer)
    if (producerWorker === consumerWorker) {
      const local: ChannelDescriptor = { kind: 'local', key, siblings: consumersOf(this.#ends(edge), producer).length }
      return { producer: local, consumer: local }
    }
    const memory = allocateRing(this.#memory.slotSizeBytes, this.#memory.slotCount, this.#announcedBytes(edge))
    return {
      producer: { kind: 'ring', memory, peerBell: this.#input.bellOf(consumerWorker) },
      consumer: { kind: 'ring', memory, peerBell: this.#input.bellOf(producerWorker) },
    }
  }

  #countRings(): number {
    let rings = 0
    for (const edge of this.#input.executions.jobGraph.edges) {
      const ends = this.#ends(edge)
      for (let producer = 0; producer < ends.producers; producer += 1) {
        const producerWorker = this.#workerOf(edge.sourceVertex, producer)
        for (const consumer of consumersOf(ends, producer)) {
          if (this.#workerOf(edge.targetVertex, consumer) !== producerWorker) rings += 1
        }
      }
    }
    return rings
  }

  #workerOf(vertexId: string, subtaskIndex: number): number {
    return this.#input.executions.execution(vertexId, subtaskIndex).worker
  }

  #peer(vertexId: string): Pick<EdgeDescriptor, 'peerParallelism' | 'peerMaxParallelism'> {
    const { executions, restore } = this.#input
    const { parallelism, maxParallelism } = executions.vertex(vertexId)
    return {
      peerParallelism: parallelism,
      peerMaxParallelism: restore?.maxParallelismOf(vertexId) ?? maxParallelism,
    }
  }

  #ends(edge: JobEdge): EdgeEnds {
    const { executions } = this.#input
    return {
      partitioner: edge.partitioner,
      producers: executions.vertex(edge.sourceVertex).parallelism,
      consumers: executions.vertex(edge.targetVertex).parallelism,
    }
  }
}

interface UnalignedEdges {
  /** On which barriers stay among the records. */
  readonly alignedOnly: ReadonlySet<string>
  /** The largest barrier: it names the directories of the checkpoint and of files that several share. */
  readonly announcedBytes: number
}

function unalignedEdgesOf(jobGraph: JobGraph): UnalignedEdges | undefined {
  const configuration = Configuration.fromEntries(jobGraph.configuration)
  if (unalignedCheckpointsOf(jobGraph, configuration) === undefined) return undefined
  const directory = checkpointsDirectory(configuration)
  const path = directory === undefined ? '' : parseFileUri(directory).path
  const announcedBytes = 2 * (new TextEncoder().encode(path).length + BARRIER_BYTES)
  return { alignedOnly: alignedOnlyEdges(jobGraph), announcedBytes }
}
