// Duty: puts a task together from its deployment: channels, gate, chain, checkpoint parts.
// Invariants: nothing runs here; the task begins with `start`. Made in the order in which the parts need each
// other: outputs, control, chain, checkpoints, input, task.
// Thread: the task's worker.
import { awaitsFinalCheckpoint } from '../../../core/config/final-checkpoint.js'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { JobVertex } from '../../../graph/job-graph.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import { checkpointStreams } from '../../../storage/file-checkpoint-streams.js'
import type { EdgeDescriptor, TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import type { InputTime } from '../../protocol/time-report.js'
import type { ChannelWriter } from '../network/channel.js'
import { InputInterrupt } from '../network/input-interrupt.js'
import { RecordWriter } from '../network/record-writer.js'
import { createPartitioner } from '../network/stream-partitioner.js'
import { CheckpointAlignment } from '../metrics/checkpoint-alignment.js'
import { TaskMetricGroup } from '../metrics/task-metric-group.js'
import { gatewayToCoordinator, gatewayToNobody } from '../operators/operator-event-gateway.js'
import { isSourceOperator } from './operator-factory.js'
import { IterationHead } from '../iteration/iteration-head.js'
import type { IterationAccess } from '../operators/iteration-access.js'
import type { OperatorContext, TaskInfo } from '../operators/stream-operator.js'
import type { ChannelConnector } from './channel-connector.js'
import { channelIo, type InputIo, type OutputIo } from './channel-io.js'
import { edgeInFlight, edgeOf, gateChannelsOf, type GateChannels } from './gate-channels.js'
import { makeGateInput } from './gate-input-factory.js'
import { IterationInput } from './iteration-input.js'
import { OperatorChain, type ChainEdge, type OperatorSurroundings } from './operator-chain.js'
import { OperatorEvents } from './operator-events.js'
import { TaskQueryableStates } from './queryable-states.js'
import { SourceInput } from './source-input.js'
import { StreamTask } from './stream-task.js'
import { SubtaskCheckpointCoordinator, type SubtaskCheckpointServices } from './subtask-checkpoint-coordinator.js'
import { TaskControl } from './task-control.js'
import { TaskEnding } from './task-ending.js'
import type { TaskEnvironment } from './task-environment.js'
import type { TaskInput } from './task-input.js'
import { TaskIteration } from './task-iteration.js'
import { TaskLife } from './task-life.js'
import { TaskOutputs } from './task-outputs.js'

export interface TaskFactoryInput {
  readonly jobId: string
  readonly program: ProgramGraph
  readonly environment: TaskEnvironment
  readonly channels: ChannelConnector
}

/** An edge that leaves the task, and the ends of its channels. */
interface TaskEdge extends ChainEdge, OutputIo {
  readonly writer: RecordWriter
  readonly channels: readonly ChannelWriter[]
  readonly isInLoop: boolean
}

interface MadeInput {
  readonly input: TaskInput
  /** Undefined for a source. */
  readonly io: InputIo | undefined
  readonly readers: readonly object[]
  readonly inputTimes: () => readonly InputTime[]
}

export function makeTask(descriptor: TaskDeploymentDescriptor, input: TaskFactoryInput): StreamTask {
  const { program, environment } = input
  const vertex = program.jobGraph.vertices.find((candidate) => candidate.id === descriptor.vertexId)
  if (vertex === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no vertex ${descriptor.vertexId}` })
  const interrupt = new InputInterrupt()
  const edges = descriptor.outputs.map((edge, edgeIndex) => {
    return chainEdge(edge, vertex, { ...input, interrupt, edgeIndex })
  })
  const { subtaskIndex } = descriptor
  const iteration = new TaskIteration({ ...input, vertex, subtaskIndex, interrupt })
  const outputs = outputsOf(edges, iteration)
  const life = new TaskLife(descriptor.executionId, environment.send)
  const control = new TaskControl({ life, outputs, interrupt, wake: environment.wake, clock: environment.clock })
  const operatorMetrics = new MetricGroup([program.jobGraph.name, vertex.name, String(descriptor.subtaskIndex)])
  const waitingWriters: ChannelWriter[] = []
  const queryableStates = queryableStatesOf(descriptor, environment, control)
  const contextFor = contextFactory(control, operatorMetrics, {
    ...input,
    queryableStates,
    descriptor,
    vertex,
    waitingWriters,
    iteration: iteration.access((quietRounds) => {
      outputs.broadcastIterationMarker(quietRounds)
    }),
  })
  const isObjectReuseEnabled = environment.configuration.get(PipelineOptions.OBJECT_REUSE)
  const { finishedOperators } = descriptor
  const chain = new OperatorChain({ vertex, program, edges, contextFor, isObjectReuseEnabled, finishedOperators })
  const ending = new TaskEnding(awaitsFinalCheckpoint(environment.configuration))
  const alignment = new CheckpointAlignment()
  const events = new OperatorEvents({
    executionId: descriptor.executionId,
    operators: chain.operators,
    taskInfo: { subtaskIndex: descriptor.subtaskIndex, parallelism: vertex.parallelism },
    isCoordinated: isCoordinated(vertex, finishedOperators),
    control,
    send: environment.send,
  })
  const gateChannels = gateChannelsOf(descriptor, { ...input, vertex })
  const inputs = gateChannels.recorder
  const checkpoints = makeCheckpoints(chain, environment, { control, outputs, inputs, ending, alignment, events })
  const made = makeInput(descriptor, { ...input, control, chain, checkpoints, outputs, gateChannels })
  const taskIo = channelIo({
    input: made.io,
    outputs: edges,
    inputEdges: descriptor.inputs,
    outputEdges: descriptor.outputs,
    queuedLocally: (channel) => input.channels.reader(channel).queuedBuffers(),
    readers: made.readers,
    writers: edges.flatMap((edge) => edge.channels),
    waitingWriters,
  })
  const metrics = new TaskMetricGroup(operatorMetrics, taskIo, alignment, environment.clock.monotonicMs())
  const { inputTimes } = made
  const { input: taskInput } = made
  const parts = {
    control,
    chain,
    input: taskInput,
    outputs,
    checkpoints,
    ending,
    events,
    queryableStates,
    metrics,
    inputTimes,
  }
  return new StreamTask(descriptor, environment, parts)
}

function isCoordinated({ operators }: JobVertex, finished: readonly string[] = []): boolean {
  return operators.some(({ id, coordinator }) => coordinator !== undefined && !finished.includes(id))
}

function queryableStatesOf(
  { executionId, maxParallelism, restore }: TaskDeploymentDescriptor,
  { clock, send }: TaskEnvironment,
  control: TaskControl,
): TaskQueryableStates {
  const isRestored = restore !== undefined
  return new TaskQueryableStates({ executionId, maxParallelism, isRestored, control, clock, send })
}

/** The edges, and the ways back of loops from here. */
function outputsOf(edges: readonly TaskEdge[], { writers }: TaskIteration): TaskOutputs {
  const inLoops = edges.filter(({ isInLoop }) => isInLoop)
  const all = [...edges.map(({ writer }) => writer), ...writers]
  return new TaskOutputs(all, [...inLoops.map(({ writer }) => writer), ...writers])
}

function makeCheckpoints(
  { operators }: OperatorChain,
  { clock, send, fileSystems, random }: TaskEnvironment,
  parts: Pick<SubtaskCheckpointServices, 'control' | 'outputs' | 'inputs' | 'ending' | 'alignment' | 'events'> & {
    readonly control: TaskControl
  },
): SubtaskCheckpointCoordinator {
  return new SubtaskCheckpointCoordinator(operators, {
    ...parts,
    executionId: parts.control.life.executionId,
    clock,
    send,
    streamsFor: (location) => checkpointStreams(location, fileSystems, random),
  })
}

interface InputSurroundings extends TaskFactoryInput {
  readonly control: TaskControl
  readonly chain: OperatorChain
  readonly checkpoints: SubtaskCheckpointCoordinator
  readonly outputs: TaskOutputs
  readonly gateChannels: GateChannels
}

function makeInput(descriptor: TaskDeploymentDescriptor, surroundings: InputSurroundings): MadeInput {
  const { head } = surroundings.chain
  if (head instanceof IterationHead) {
    const input = new IterationInput(head, (barrier) => {
      surroundings.checkpoints.take(barrier, 0)
    })
    return { input, io: undefined, readers: [], inputTimes: () => [] }
  }
  if (isSourceOperator(head)) return { input: new SourceInput(head), io: undefined, readers: [], inputTimes: () => [] }
  const { environment, control, checkpoints, outputs, chain, gateChannels } = surroundings
  const { channels, recorder, replayed } = gateChannels
  const origins = descriptor.inputs.flatMap(({ edgeId, peers }) => peers.map((producer) => ({ edgeId, producer })))
  const { configuration, clock } = environment
  const { input, io, timeReport } = makeGateInput({
    operatorName: head.name,
    inputs: chain.inputs,
    channels,
    recorder,
    replayed,
    origins,
    clock,
    isAligned: configuration.get(CheckpointingOptions.CHECKPOINTING_MODE) === 'EXACTLY_ONCE',
    mayContinue: () => control.mayTakeInput,
    time: control.time,
    iteration: {
      isLoopFull: () => surroundings.channels.isLoopFull,
      numRecordsOut: () => outputs.numRecordsOut,
      holdsRecords: () => chain.operators.some((operator) => operator.holdsRecords === true),
      forward: (quietRounds) => {
        outputs.broadcastIterationMarker(quietRounds)
      },
    },
    checkpoints: {
      checkpoint: (barrier, alignmentMs, order) => {
        checkpoints.take(barrier, alignmentMs, order)
      },
      abort: (checkpointId, reason) => {
        checkpoints.decline(checkpointId, reason)
      },
      abandon: (checkpointId) => {
        checkpoints.abandon(checkpointId)
      },
    },
  })
  return { input, io, readers: channels.map(({ reader }) => reader), inputTimes: timeReport }
}

interface ChainEdgeInput extends TaskFactoryInput {
  readonly interrupt: InputInterrupt
  readonly edgeIndex: number
}

function chainEdge(edge: EdgeDescriptor, vertex: JobVertex, input: ChainEdgeInput): TaskEdge {
  const { program, environment, channels, interrupt, edgeIndex } = input
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
    inFlight: edge.alignedOnly === true ? undefined : edgeInFlight(edge.edgeId, edgeIndex, program),
  })
  const { sourceOperator: operator, sideOutput } = jobEdge
  return { operator, operatorName, sideOutput, writer, channels: writers, isInLoop: jobEdge.isInLoop === true }
}

function headName(vertexId: string, vertices: readonly JobVertex[]): string {
  const vertex = vertices.find((candidate) => candidate.id === vertexId)
  return vertex?.operators[0]?.name ?? vertexId
}

interface ContextFactoryInput extends TaskFactoryInput {
  readonly descriptor: TaskDeploymentDescriptor
  readonly vertex: JobVertex
  /** Of the channels in front of operators, which are added here. */
  readonly waitingWriters: ChannelWriter[]
  readonly iteration: IterationAccess
  readonly queryableStates: TaskQueryableStates
}

function contextFactory(
  control: TaskControl,
  metrics: MetricGroup,
  input: ContextFactoryInput,
): (operatorName: string, surroundings: OperatorSurroundings) => OperatorContext {
  const { environment, jobId, program } = input
  const { subtaskIndex, maxParallelism, attemptNumber } = input.descriptor
  const { name: taskName, parallelism } = input.vertex
  const jobName = program.jobGraph.name
  const taskInfo: TaskInfo = { jobId, jobName, taskName, subtaskIndex, parallelism, maxParallelism, attemptNumber }
  const { configuration, clock, random, logger, fileSystems, standardOutput, standardError, send } = environment
  const { executionId } = input.descriptor
  return (operatorName, { output, badRecords, waitingCopier, inputType, accumulators, operatorId, isCoordinated }) => ({
    taskInfo,
    output,
    badRecords,
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
    processingTime: control.processingTime,
    time: control.time,
    emissions: control.emissions,
    iteration: input.iteration,
    queryableStates: input.queryableStates,
    operatorEvents: isCoordinated
      ? gatewayToCoordinator({ executionId, operatorId, operatorName, send })
      : gatewayToNobody(operatorName),
    stateBackend: environment.stateBackend,
    localState: environment.localState,
    suspendInputUntil: (promise) => {
      control.actions.suspendUntil(promise)
    },
    enqueueMail: (action) => {
      control.mailbox.put(action)
    },
    isOutputAvailable: () => control.isOutputAvailable(),
    whenOutputAvailable: () => control.whenOutputAvailable(),
  })
}
