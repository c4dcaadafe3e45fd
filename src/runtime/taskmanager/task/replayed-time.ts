// Duty: what the records that were in flight in the restored checkpoint say of time to the inputs of a task.
// Invariants: where the channels are those of the checkpoint, each says what it said. Where they are not, those of an edge say together
// what Flink's virtual channels do: the smallest watermark once each has one, and idle when each is; then it holds for all channels of
// the edge, as every producer had said so. In the end no channel is idle: who writes to it is not, as long as he does not say so.
// Thread: the task's worker.
import type { ChannelStateHandle } from '../../../storage/state-handles.js'
import type { StoredTime } from '../network/stored-time.js'

/** What one edge has said, where its channels are no more the same. */
interface VirtualEdge {
  /** By virtual channel. */
  readonly watermarks: Map<number, number>
  readonly idle: Set<number>
  watermark: number
}

export class ReplayedTime {
  readonly #virtual = new Map<number, VirtualEdge>()
  /** The last handle of each edge and channel that has left it idle. */
  readonly #idle = new Map<string, number>()

  /** What the channels of the handle are told; undefined where it is nothing. `source`: the number of the handle. */
  next(time: StoredTime, handle: ChannelStateHandle, source: number): StoredTime | undefined {
    const told = handle.virtualChannel === undefined ? time : this.#together(time, handle)
    const channel = `${String(handle.edgeIndex)} ${handle.virtualChannel === undefined ? String(handle.channelIndex) : 'all'}`
    if (told === 'idle') this.#idle.set(channel, source)
    else if (told === 'active') this.#idle.delete(channel)
    return told
  }

  /** Numbers of handles whose channels are idle at the end. */
  idleAtEnd(): number[] {
    return [...this.#idle.values()]
  }

  #together(time: StoredTime, { edgeIndex, virtualChannel }: ChannelStateHandle): StoredTime | undefined {
    const { index = 0, of = 0 } = virtualChannel ?? {}
    const edge = this.#edge(edgeIndex)
    if (time === 'active') edge.idle.delete(index)
    else if (time === 'idle') edge.idle.add(index)
    else return smallest(edge, { index, of, watermark: time })
    return edge.idle.size === of ? 'idle' : 'active'
  }

  #edge(edgeIndex: number): VirtualEdge {
    const known = this.#virtual.get(edgeIndex)
    if (known !== undefined) return known
    const edge: VirtualEdge = { watermarks: new Map(), idle: new Set(), watermark: Number.NEGATIVE_INFINITY }
    this.#virtual.set(edgeIndex, edge)
    return edge
  }
}

/** Undefined where it has been said, or is not known of all. */
function smallest(
  edge: VirtualEdge,
  { index, of, watermark }: { readonly index: number; readonly of: number; readonly watermark: number },
): number | undefined {
  edge.watermarks.set(index, watermark)
  if (edge.watermarks.size < of) return undefined
  const least = Math.min(...edge.watermarks.values())
  if (least <= edge.watermark) return undefined
  edge.watermark = least
  return least
}
