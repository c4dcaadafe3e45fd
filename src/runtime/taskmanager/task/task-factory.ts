// Duty: puts a task together from its deployment: channels, gate, chain, checkpoint parts.
// Invariants: nothing runs here; the task begins with `initialize`.
// Thread: the task's worker.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { JobEdge, JobVertex } from '../../../graph/job-graph.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import { checkpointStreams } from '../../../storage/file-checkpoint-streams.js'
import type { EdgeDescriptor, TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import { InputGate } from '../network/input-gate.js'
import { RecordWriter } from '../network/record-writer.js'
import { createPartitioner } from '../network/stream-partitioner.js'
import { isSourceOperator } from '../operators/operator-factory.js'
import type { Output } from '../operators/output.js'
import type { OperatorContext, TaskInfo } from '../operators/stream-operator.js'
import type { ChannelConnector } from './channel-connector.js'
import { CheckpointBarrierHandler } from './checkpoint-barrier-handler.js'
import { GateHandler } from './gate-handler.js'
import { OperatorChain, type ChainEdge } from './operator-chain.js'
import { MeterUpdates } from './meter-updates.js'
import { StreamTask, type TaskParts } from './stream-task.js'
import { SubtaskCheckpointCoordinator } from './subtask-checkpoint-coordinator.js'
import type { TaskEnvironment } from './task-environment.js'
import { GateInput, SourceInput } from './task-input.js'

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

export function makeTask(descriptor: TaskDeploymentDescriptor, input: TaskFactoryInput): MadeTask {
  const { program, environment } = input
  const vertex = program.jobGraph.vertices.find((candidate) => candidate.id === descriptor.vertexId)
  if (vertex === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no vertex ${descriptor.vertexId}` })
  const task = new StreamTask(descriptor, environment)
  const edges = descriptor.outputs.map((edge) => chainEdge(edge, vertex, input))
  const metrics = new MetricGroup([program.jobGraph.name, vertex.name, String(descriptor.subtaskIndex)])
  const contextFor = contextFactory(task, metrics, vertex, input)
  const chain = new OperatorChain({ vertex, program, edges, contextFor })
  const { clock, send, announcements, fileSystems, random } = environment
  const checkpoints = new SubtaskCheckpointCoordinator(chain, {
    executionId: descriptor.executionId,
    announcements,
    clock,
    send,
    streamsFor: ({ location }) => checkpointStreams(location, fileSystems, random),
  })
  const meters = new MeterUpdates(metrics, clock)
  return { task, parts: { chain, checkpoints, meters, ...makeInput(task, chain, descriptor, input) } }
}

function makeInput(
  task: StreamTask,
  chain: OperatorChain,
  descriptor: TaskDeploymentDescriptor,
  input: TaskFactoryInput,
): Pick<TaskParts, 'input' | 'forgetCheckpoint' | 'closeInputs'> {
  const { head } = chain
  if (isSourceOperator(head)) {
    return { input: new SourceInput(head), forgetCheckpoint: () => undefined, closeInputs: () => undefined }
  }
  const { jobGraph } = input.program
  const gate = new InputGate(
    descriptor.inputs.flatMap((edge) => {
      const targetInput = edgeOf(edge.edgeId, jobGraph.edges).targetInput
      return edge.channels.map((channel) => ({
        reader: input.channels.reader(channel, edge.edgeId),
        input: targetInput,
      }))
    }),
  )
  const { configuration, clock } = input.environment
  const isAligned = configuration.get(CheckpointingOptions.CHECKPOINTING_MODE) === 'EXACTLY_ONCE'
  const barriers = new CheckpointBarrierHandler(gate.channels.length, isAligned, barrierActions(task, gate), clock)
  const handler = new GateHandler({ gate, head, barriers, mayContinue: () => task.mayTakeInput })
  return {
    input: new GateInput(gate, handler),
    forgetCheckpoint: (checkpointId) => {
      barriers.onAborted(checkpointId)
    },
    closeInputs: () => {
      gate.close()
    },
  }
}

function barrierActions(task: StreamTask, gate: InputGate): ConstructorParameters<typeof CheckpointBarrierHandler>[2] {
  return {
    blockChannel: (index) => {
      gate.blockChannel(index)
    },
    unblockAll: () => {
      gate.unblockAll()
    },
    checkpoint: (barrier, alignmentMs) => {
      task.performCheckpoint(barrier, alignmentMs)
    },
    abort: (checkpointId, reason) => {
      task.declineCheckpoint(checkpointId, reason)
    },
  }
}

function chainEdge(edge: EdgeDescriptor, vertex: JobVertex, input: TaskFactoryInput): ChainEdge {
  const { program, environment, channels } = input
  const jobEdge = edgeOf(edge.edgeId, program.jobGraph.edges)
  const spec = program.partitioners.get(edge.edgeId)
  if (spec === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no partitioner for ${edge.edgeId}` })
  const operatorName = vertex.operators[jobEdge.sourceOperator]?.name ?? vertex.name
  const partitioner = createPartitioner(spec, {
    numberOfChannels: edge.channels.length,
    maxParallelism: edge.peerMaxParallelism,
    random: environment.random,
    operatorName,
  })
  const writer = new RecordWriter({
    channels: edge.channels.map((channel) => channels.writer(channel, edge.edgeId)),
    partitioner,
    operatorName,
    bufferTimeoutMs: jobEdge.bufferTimeoutMs,
  })
  return { operator: jobEdge.sourceOperator, sideOutput: jobEdge.sideOutput, writer }
}

function edgeOf(edgeId: string, edges: readonly JobEdge[]): JobEdge {
  const edge = edges.find((candidate) => candidate.id === edgeId)
  if (edge === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no edge ${edgeId}` })
  return edge
}

function contextFactory(
  task: StreamTask,
  metrics: MetricGroup,
  vertex: JobVertex,
  input: TaskFactoryInput,
): (operatorName: string, output: Output) => OperatorContext {
  const { environment, jobId, program } = input
  const { subtaskIndex, maxParallelism, attemptNumber } = task.descriptor
  const { name: taskName, parallelism } = vertex
  const jobName = program.jobGraph.name
  const taskInfo: TaskInfo = { jobId, jobName, taskName, subtaskIndex, parallelism, maxParallelism, attemptNumber }
  const { configuration, clock, random, logger, fileSystems, standardOutput, standardError } = environment
  return (operatorName, output) => ({
    taskInfo,
    output,
    configuration,
    clock,
    random,
    logger,
    metrics: metrics.addGroup(operatorName),
    fileSystems,
    standardOutput,
    standardError,
    registeredTypes: program.registeredTypes,
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
