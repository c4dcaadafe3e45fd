// Duty: which subtask of a new run is given which records that were in flight when an unaligned checkpoint was taken.
// Invariants: every handle goes to every subtask that may need a record of it, which is one unless the key groups of the
// subtask that was to read it are several subtasks' now: then each of them is told that it shares it. What was in one channel
// keeps its order, so what was of one key does. Where the channels are no more the same, time goes on when all channels of those
// subtasks say so from which something comes, as Flink's virtual channels do: watermarks of the others are not known. Where the program has no such edge any more nothing is guessed.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import { keyGroupRangeForOperatorIndex } from '../core/keygroups/key-group-assignment.js'
import { intersectKeyGroups, keyGroupRangeSize } from '../core/keygroups/key-group-range.js'
import type { InputEdge, OperatorState } from './checkpoint-metadata.js'
import type { ChannelStateHandle, VirtualChannel } from './state-handles.js'

/** Which records of a key a subtask gets is said by their key groups. */
const BY_KEY = 'hash'
/** All records go to the first subtask. */
const TO_FIRST = 'global'

/** The operator of the new run; undefined where there is none. */
export interface ChannelStateTarget {
  readonly parallelism: number
  readonly inputEdges?: readonly InputEdge[]
}

export interface ChannelStateRules {
  readonly path: string
  readonly allowNonRestoredState: boolean
  /** Of the new run and of the snapshot: no other one where records in flight have keys. */
  readonly maxParallelism: number
}

export interface AssignedChannelState {
  /** By subtask of the new run. */
  readonly subtasks: readonly (readonly ChannelStateHandle[])[]
  /** Records that are dropped, for the log. */
  readonly skipped: readonly string[]
}

/** CHANNEL_STATE_UNMATCHED where an edge is no more what it was. */
export function assignChannelState(
  state: OperatorState,
  target: ChannelStateTarget | undefined,
  rules: ChannelStateRules,
): AssignedChannelState {
  const subtasks: ChannelStateHandle[][] = Array.from({ length: target?.parallelism ?? 0 }, () => [])
  const skipped: string[] = []
  for (const { edge, bySubtask } of allInFlightByEdge(state)) {
    const reason = whyUnmatched(edge, target?.inputEdges)
    if (reason !== undefined) {
      if (hasRecords(bySubtask)) skipped.push(refuseOrSkip(state, { edge, bySubtask, reason }, rules))
      continue
    }
    const edgeIndex = target?.inputEdges?.findIndex(({ id }) => id === edge.id) ?? 0
    const isSame =
      bySubtask.length === subtasks.length &&
      edge.sourceParallelism === target?.inputEdges?.[edgeIndex]?.sourceParallelism
    const channels = isSame ? bySubtask : withVirtualChannels(bySubtask, edge)
    for (const [subtask, handles] of spread(edge, channels, subtasks.length, rules.maxParallelism).entries()) {
      subtasks[subtask]?.push(...withAllAwaited(handles).map((handle) => ({ ...handle, edgeIndex })))
    }
  }
  return { subtasks, skipped }
}

/** Whether it holds records in flight that go to the subtask of their key group. */
export function hasKeyedChannelState(state: OperatorState): boolean {
  return inFlightByEdge(state).some(({ edge }) => edge.partitioner === BY_KEY)
}

/** Records in flight on one edge into an operator. */
export interface InFlight {
  readonly edge: InputEdge
  /** By subtask that was to read them. */
  readonly bySubtask: readonly (readonly ChannelStateHandle[])[]
}

/** Edges without records in flight are left out. */
export function inFlightByEdge(state: OperatorState): InFlight[] {
  return allInFlightByEdge(state).filter(({ bySubtask }) => hasRecords(bySubtask))
}

/** Those as well on which only watermarks are. */
function allInFlightByEdge({ inputEdges, subtasks }: OperatorState): InFlight[] {
  const edges = (inputEdges ?? []).map((edge, index) => ({
    edge,
    bySubtask: subtasks.map((subtask) => (subtask?.inputChannels ?? []).filter(({ edgeIndex }) => edgeIndex === index)),
  }))
  return edges.filter(({ bySubtask }) => bySubtask.some((handles) => handles.length > 0))
}

function hasRecords(bySubtask: InFlight['bySubtask']): boolean {
  return bySubtask.some((handles) => recordCount(handles) > 0)
}

/** Each with its number among the channels of all subtasks; how many of them a subtask waits for is known when it has its own. */
function withVirtualChannels(
  bySubtask: InFlight['bySubtask'],
  { sourceParallelism = 0 }: InputEdge,
): ChannelStateHandle[][] {
  return bySubtask.map((handles, subtask) =>
    handles.map((handle) => {
      const index = subtask * sourceParallelism + handle.channelIndex
      return { ...handle, virtualChannel: { index, of: sourceParallelism } }
    }),
  )
}

/** Time of a subtask waits for all channels of the subtasks from which it gets something. */
function withAllAwaited(handles: readonly ChannelStateHandle[]): readonly ChannelStateHandle[] {
  const subtasks = new Set(handles.map(({ virtualChannel }) => subtaskOf(virtualChannel)))
  return handles.map((handle) => {
    const { virtualChannel } = handle
    if (virtualChannel === undefined) return handle
    return { ...handle, virtualChannel: { ...virtualChannel, of: virtualChannel.of * subtasks.size } }
  })
}

function subtaskOf(channel: VirtualChannel | undefined): number {
  return channel === undefined || channel.of === 0 ? 0 : Math.floor(channel.index / channel.of)
}

function whyUnmatched(edge: InputEdge, planned: readonly InputEdge[] | undefined): string | undefined {
  if (planned === undefined) return 'the new program has no such operator'
  const same = planned.find(({ id }) => id === edge.id)
  if (same === undefined) return 'in the new program it gets no records from there on an edge of its own'
  const { partitioner, recordType } = same
  if (partitioner !== edge.partitioner) return `their partitioner was ${edge.partitioner} and is ${partitioner} now`
  return recordType === edge.recordType
    ? undefined
    : `they were of type ${edge.recordType} and are of ${recordType} now`
}

function refuseOrSkip(
  { operatorId, uid, name }: OperatorState,
  { edge, bySubtask, reason }: InFlight & { readonly reason: string },
  { path, allowNonRestoredState }: ChannelStateRules,
): string {
  const records = recordCount(bySubtask.flat())
  const operator = `${operatorId} (${uid === undefined ? name : `uid "${uid}"`})`
  const details = { path, operator, source: edge.sourceName, records, reason }
  if (!allowNonRestoredState) throw new FlinkError('CHANNEL_STATE_UNMATCHED', details)
  return `${operator}: ${String(records)} records in flight from ${edge.sourceName}, as ${reason}`
}

/** By subtask of the new run. */
function spread(
  { partitioner }: InputEdge,
  bySubtask: InFlight['bySubtask'],
  parallelism: number,
  maxParallelism: number,
): readonly (readonly ChannelStateHandle[])[] {
  if (bySubtask.length === parallelism) return bySubtask
  if (partitioner === BY_KEY) return byKeyGroups(bySubtask, parallelism, maxParallelism)
  if (partitioner === TO_FIRST) return [bySubtask.flat()]
  return byChannels(bySubtask, parallelism)
}

/** Each to all whose key groups were among those of the subtask that was to read it. */
function byKeyGroups(
  bySubtask: InFlight['bySubtask'],
  parallelism: number,
  maxParallelism: number,
): ChannelStateHandle[][] {
  const result: ChannelStateHandle[][] = Array.from({ length: parallelism }, () => [])
  const ranges = result.map((_, index) => keyGroupRangeForOperatorIndex(maxParallelism, parallelism, index))
  for (const [index, handles] of bySubtask.entries()) {
    const range = keyGroupRangeForOperatorIndex(maxParallelism, bySubtask.length, index)
    const targets = result.filter((_, target) => {
      const mine = ranges[target]
      return mine !== undefined && keyGroupRangeSize(intersectKeyGroups(mine, range)) > 0
    })
    const isShared = targets.length > 1
    for (const target of targets) {
      target.push(...handles.map((handle) => (isShared ? { ...handle, isSharedByKeyGroup: true as const } : handle)))
    }
  }
  return result
}

/** Whole channels, in contiguous shares of about as many records. */
function byChannels(bySubtask: InFlight['bySubtask'], parallelism: number): ChannelStateHandle[][] {
  const result: ChannelStateHandle[][] = Array.from({ length: parallelism }, () => [])
  const channels = bySubtask.flatMap((handles) => [...groupByChannel(handles).values()])
  const sizes = channels.map(recordCount)
  const total = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  let before = 0
  for (const [index, handles] of channels.entries()) {
    const size = sizes[index] ?? 0
    const share = Math.floor(((before + size / 2) * parallelism) / total)
    result[Math.min(share, parallelism - 1)]?.push(...handles)
    before += size
  }
  return result
}

function groupByChannel(handles: readonly ChannelStateHandle[]): ReadonlyMap<number, readonly ChannelStateHandle[]> {
  const byChannel = new Map<number, ChannelStateHandle[]>()
  for (const handle of handles) {
    const channel = byChannel.get(handle.channelIndex) ?? []
    channel.push(handle)
    byChannel.set(handle.channelIndex, channel)
  }
  return byChannel
}

export function recordCount(handles: readonly ChannelStateHandle[]): number {
  return handles.reduce((sum, { offsets, numTimes = 0 }) => sum + Math.max(0, offsets.length - 1 - numTimes), 0)
}
