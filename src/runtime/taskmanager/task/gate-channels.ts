// Duty: the reading ends of the channels into a task, in the order of its inputs, and who records what barriers overtake in them.
// Invariants: nothing is read here.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../core/keygroups/key-group-assignment.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { JobEdge, JobVertex } from '../../../graph/job-graph.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import type { GateChannel } from '../network/input-gate.js'
import { GENERIC_RECORDS } from '../network/in-flight-records.js'
import type { EdgeInFlight } from '../network/record-writer.js'
import type { ChannelConnector } from './channel-connector.js'
import { ChannelStateRecorder, type RecordedChannel } from './channel-state-recorder.js'
import { ReplayedRecords, type ReplayedEdge } from './replayed-records.js'
import type { TaskEnvironment } from './task-environment.js'

export interface GateChannels {
  readonly channels: readonly GateChannel[]
  readonly recorder: ChannelStateRecorder
  readonly replayed: ReplayedRecords
}

/** Who else is asked. */
export interface GateSurroundings {
  readonly program: ProgramGraph
  readonly channels: ChannelConnector
  readonly environment: Pick<TaskEnvironment, 'fileSystems'>
  readonly vertex: Pick<JobVertex, 'parallelism'>
}

export function gateChannelsOf(
  { inputs, maxParallelism, subtaskIndex }: TaskDeploymentDescriptor,
  { program, channels: connector, environment, vertex }: GateSurroundings,
): GateChannels {
  const recorded: RecordedChannel[] = []
  const edges: ReplayedEdge[] = []
  let firstChannel = 0
  const channels = inputs.flatMap((edge, edgeIndex) => {
    const { targetInput, sourceVertex } = edgeOf(edge.edgeId, program.jobGraph.edges)
    const comesBack = isLoopHead(sourceVertex, program.jobGraph.vertices)
    const { serializer, typeFingerprint } = edgeInFlight(edge.edgeId, edgeIndex, program)
    edges.push({ input: targetInput, typeFingerprint, serializer, firstChannel, channels: edge.channels.length })
    firstChannel += edge.channels.length
    return edge.channels.map((channel, channelIndex): GateChannel => {
      const reader = connector.reader(channel, edge.edgeId)
      const records = { edgeIndex, channelIndex, typeFingerprint }
      recorded.push({ reader, alignedOnly: edge.alignedOnly === true, serializer, records })
      return { reader, input: targetInput, ...(comesBack ? { comesBack } : {}) }
    })
  })
  const isOwnKey = (keyHash: number): boolean => {
    const keyGroup = keyGroupForHash(keyHash, maxParallelism)
    return operatorIndexForKeyGroup(maxParallelism, vertex.parallelism, keyGroup) === subtaskIndex
  }
  const generic = structuredSerializer(program.registeredTypes)
  const { fileSystems } = environment
  const replayed = new ReplayedRecords({ edges, space: connector.waitingSpace, fileSystems, generic, isOwnKey })
  return { channels, replayed, recorder: new ChannelStateRecorder(recorded, replayed) }
}

/** `edgeIndex`: among the inputs of the task, or its outputs. */
export function edgeInFlight(edgeId: string, edgeIndex: number, program: ProgramGraph): EdgeInFlight {
  const { registeredTypes, edgeTypes } = program
  const type = edgeTypes.get(edgeId)
  const serializer = type?.createSerializer(registeredTypes) ?? structuredSerializer(registeredTypes)
  return { edgeIndex, typeFingerprint: type?.description ?? GENERIC_RECORDS, serializer }
}

export function edgeOf(edgeId: string, edges: readonly JobEdge[]): JobEdge {
  const edge = edges.find((candidate) => candidate.id === edgeId)
  if (edge === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no edge ${edgeId}` })
  return edge
}

function isLoopHead(vertexId: string, vertices: readonly JobVertex[]): boolean {
  return vertices.find(({ id }) => id === vertexId)?.operators[0]?.kind === 'iteration-head'
}
