// Duty: puts a task together from its deployment: channels, gate, chain, checkpoint parts.
// Invariants: nothing runs here; the task begins with `initialize`.
// Thread: the task's worker.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { JobEdge, JobVertex } from '../../../graph/job-graph.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import { checkpointStreams } from '../../../storage/file-checkpoint-streams.js'
import type { EdgeDescriptor, TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import type { ChannelWriter } from '../network/channel.js'
import type { InputInterrupt } from '../network/input-interrupt.js'
import { RecordWriter } from '../network/record-writer.js'
import { createPartitioner } from '../network/stream-partitioner.js'
import { TaskMetricGroup } from '../metrics/task-metric-group.js'
import { isSourceOperator } from '../operators/operator-factory.js'
import type { OperatorContext, TaskInfo } from '../operators/stream-operator.js'
import type { ChannelConnector } from './channel-connector.js'
import { channelIo, type InputIo, type OutputIo } from './channel-io.js'
import { makeGateInput } from './gate-input-factory.js'
import { OperatorChain, type ChainEdge, type OperatorSurroundings } from './operator-chain.js'
import { StreamTask, type TaskParts } from './stream-task.js'
import { SubtaskCheckpointCoordinator } from './subtask-checkpoint-coordinator.js'
import type { TaskEnvironment } from './task-environment.js'
import { SourceInput } from './task-input.js'

export interface TaskFactoryInput {
  readonly jobId: string
  readonly program: ProgramGraph
  readonly environment: TaskEnvironment
  readonly channels: ChannelConnector
}

export interface MadeTask {
  readonly task: StreamTask
  readonly parts: TaskParts
}

/** An edge that leaves the task, and the ends of its channels. */
interface TaskEdge extends ChainEdge, OutputIo {
  readonly writer: RecordWriter
  readonly channels: readonly ChannelWriter[]
}

interface MadeInput {
  readonly parts: Pick<TaskParts, 'input' | 'forgetCheckpoint' | 'closeInputs'>
  /** Undefined for a source. */
  readonly io: InputIo | undefined
  readonly readers: readonly object[]
}

export function makeTask(descriptor: TaskDeploymentDescriptor, input: TaskFactoryInput): MadeTask {
  const { program, environment } = input
  const vertex = program.jobGraph.vertices.find((candidate) => candidate.id === descriptor.vertexId)
  if (vertex === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no vertex ${descriptor.vertexId}` })
  const task = new StreamTask(descriptor, environment)
  const edges = descriptor.outputs.map((edge) => chainEdge(edge, vertex, { ...input, interrupt: task.interrupt }))
  const operatorMetrics = new MetricGroup([program.jobGraph.name, vertex.name, String(descriptor.subtaskIndex)])
  const waitingWriters: ChannelWriter[] = []
  const contextFor = contextFactory(task, operatorMetrics, vertex, { ...input, waitingWriters })
  const isObjectReuseEnabled = environment.configuration.get(PipelineOptions.OBJECT_REUSE)
  const chain = new OperatorChain({ vertex, program, edges, contextFor, isObjectReuseEnabled })
  const { clock, send, announcements, fileSystems, random } = environment
  const checkpoints = new SubtaskCheckpointCoordinator(chain, {
    executionId: descriptor.executionId,
    announcements,
    clock,
    send,
    streamsFor: ({ location }) => checkpointStreams(location, fileSystems, random),
  })
  const { parts, io, readers } = makeInput(task, chain, input)
  const taskIo = channelIo({
    input: io,
    outputs: edges,
    inputEdges: descriptor.inputs,
    outputEdges: descriptor.outputs,
    queuedLocally: (channel) => input.channels.reader(channel).queuedBuffers(),
    readers,
    writers: edges.flatMap((edge) => edge.channels),
    waitingWriters,
  })
  const metrics = new TaskMetricGroup(operatorMetrics, taskIo, clock.monotonicMs())
  return { task, parts: { chain, checkpoints, metrics, ...parts } }
}

function makeInput(task: StreamTask, chain: OperatorChain, input: TaskFactoryInput): MadeInput {
  const { head } = chain
  const { descriptor } = task
  if (isSourceOperator(head)) {
    const parts = { input: new SourceInput(head), forgetCheckpoint: () => undefined, closeInputs: () => undefined }
    return { parts, io: undefined, readers: [] }
  }
  const { jobGraph } = input.program
  const channels = descriptor.inputs.flatMap((edge) => {
    const targetInput = edgeOf(edge.edgeId, jobGraph.edges).targetInput
    return edge.channels.map((channel) => ({
      reader: input.channels.reader(channel, edge.edgeId),
      input: targetInput,
    }))
  })
  const { configuration, clock } = input.environment
  const made = makeGateInput({
    head,
    channels,
    clock,
    isAligned: configuration.get(CheckpointingOptions.CHECKPOINTING_MODE) === 'EXACTLY_ONCE',
    mayContinue: () => task.mayTakeInput,
    checkpoints: {
      checkpoint: (barrier, alignmentMs) => {
        task.performCheckpoint(barrier, alignmentMs)
      },
      abort: (checkpointId, reason) => {
        task.declineCheckpoint(checkpointId, reason)
      },
    },
  })
  const { gate, barriers, io } = made
  const parts = {
    input: made.input,
    forgetCheckpoint: (checkpointId: number): void => {
      barriers.onAborted(checkpointId)
    },
    closeInputs: (): void => {
      gate.close()
    },
  }
  return { parts, io, readers: gate.channels.map(({ reader }) => reader) }
}

interface ChainEdgeInput extends TaskFactoryInput {
  readonly interrupt: InputInterrupt
}

function chainEdge(edge: EdgeDescriptor, vertex: JobVertex, input: ChainEdgeInput): TaskEdge {
  const { program, environment, channels, interrupt } = input
  const jobEdge = edgeOf(edge.edgeId, program.jobGraph.edges)
  const spec = program.partitioners.get(edge.edgeId)
  if (spec === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no partitioner for ${edge.edgeId}` })
  const operatorName = vertex.operators[jobEdge.sourceOperator]?.name ?? vertex.name
  const partitioner = createPartitioner(spec, {
    numberOfChannels: edge.channels.length,
    maxParallelism: edge.peerMaxParallelism,
    random: environment.random,
    sourceName: operatorName,
    targetName: headName(jobEdge.targetVertex, program.jobGraph.vertices),
  })
  const writers = edge.channels.map((channel) => channels.writer(channel, edge.edgeId))
  const writer = new RecordWriter({
    channels: writers,
    partitioner,
    operatorName,
    interrupt,
    bufferTimeoutMs: jobEdge.bufferTimeoutMs,
  })
  const { sourceOperator: operator, sideOutput } = jobEdge
  return { operator, operatorName, sideOutput, writer, channels: writers }
}

function headName(vertexId: string, vertices: readonly JobVertex[]): string {
  const vertex = vertices.find((candidate) => candidate.id === vertexId)
  return vertex?.operators[0]?.name ?? vertexId
}

function edgeOf(edgeId: string, edges: readonly JobEdge[]): JobEdge {
  const edge = edges.find((candidate) => candidate.id === edgeId)
  if (edge === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no edge ${edgeId}` })
  return edge
}

interface ContextFactoryInput extends TaskFactoryInput {
  /** Of the channels in front of operators, which are added here. */
  readonly waitingWriters: ChannelWriter[]
}

function contextFactory(
  task: StreamTask,
  metrics: MetricGroup,
  vertex: JobVertex,
  input: ContextFactoryInput,
): (operatorName: string, surroundings: OperatorSurroundings) => OperatorContext {
  const { environment, jobId, program } = input
  const { subtaskIndex, maxParallelism, attemptNumber } = task.descriptor
  const { name: taskName, parallelism } = vertex
  const jobName = program.jobGraph.name
  const taskInfo: TaskInfo = { jobId, jobName, taskName, subtaskIndex, parallelism, maxParallelism, attemptNumber }
  const { configuration, clock, random, logger, fileSystems, standardOutput, standardError } = environment
  return (operatorName, { output, waitingCopier, inputType, accumulators }) => ({
    taskInfo,
    output,
    waitingCopier,
    accumulators,
    createWaitingChannel: () => {
      const channel = input.channels.waitingChannel(inputType)
      input.waitingWriters.push(channel.writer)
      return channel
    },
    configuration,
    clock,
    random,
    logger,
    metrics: metrics.addGroup(operatorName),
    fileSystems,
    standardOutput,
    standardError,
    registeredTypes: program.registeredTypes,
    processingTime: task.processingTime,
    stateBackend: environment.stateBackend,
    suspendInputUntil: (promise) => {
      task.actions.suspendUntil(promise)
    },
    enqueueMail: (action) => {
      task.enqueueMail(action)
    },
    isOutputAvailable: () => task.isOutputAvailable(),
    whenOutputAvailable: () => task.whenOutputAvailable(),
  })
}
