// Duty: the ends of channels for the tasks of one worker and one attempt.
// Invariants: both ends of a local channel ask under the same key and get the two halves of one queue; both ends of a ring
// make their serializer, and a local channel its copier, of the type that the program declares for the edge. Rings of one edge share generated code.
// Thread: the task worker.
import { exchangeCopier } from '../../../api/types/record-copiers.js'
import { streamSerializers } from '../../../api/types/stream-serializers.js'
import { NO_REGISTERED_TYPES } from '../../../core/types/registered-types.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { ChannelDescriptor, LocalChannelDescriptor } from '../../protocol/task-deployment.js'
import type { ChannelReader, ChannelWriter } from '../network/channel.js'
import { LocalChannel, localChannelCapacity } from '../network/local-channel.js'
import { RingChannelReader } from '../network/ring-channel-reader.js'
import { RingChannelWriter } from '../network/ring-channel-writer.js'

/** What the program says about the records of its edges. */
export type EdgeTypes = Pick<ProgramGraph, 'edgeTypes' | 'registeredTypes'>

const NOTHING_DECLARED: EdgeTypes = { edgeTypes: new Map(), registeredTypes: NO_REGISTERED_TYPES }

export class ChannelConnector {
  readonly #wake: () => void
  readonly #types: EdgeTypes
  readonly #locals = new Map<string, LocalChannel>()
  /** By edge id. */
  readonly #serializers = new Map<string, () => TypeSerializer<unknown>>()

  constructor(wake: () => void, types: EdgeTypes = NOTHING_DECLARED) {
    this.#wake = wake
    this.#types = types
  }

  writer(descriptor: ChannelDescriptor, edgeId = ''): ChannelWriter {
    if (descriptor.kind === 'local') return this.#local(descriptor, edgeId).writer
    return new RingChannelWriter(descriptor.memory, descriptor.peerBell, this.#serializer(edgeId))
  }

  reader(descriptor: ChannelDescriptor, edgeId = ''): ChannelReader {
    if (descriptor.kind === 'local') return this.#local(descriptor, edgeId).reader
    return new RingChannelReader(descriptor.memory, descriptor.peerBell, this.#serializer(edgeId))
  }

  #serializer(edgeId: string): TypeSerializer<unknown> {
    const { edgeTypes, registeredTypes } = this.#types
    const create = this.#serializers.get(edgeId) ?? streamSerializers(edgeTypes.get(edgeId), registeredTypes)
    this.#serializers.set(edgeId, create)
    return create()
  }

  #local({ key, siblings }: LocalChannelDescriptor, edgeId: string): LocalChannel {
    let channel = this.#locals.get(key)
    if (channel === undefined) {
      const { edgeTypes, registeredTypes } = this.#types
      const copier = exchangeCopier(edgeTypes.get(edgeId), registeredTypes)
      const capacity = localChannelCapacity(siblings)
      channel = new LocalChannel({ onData: this.#wake, onRoom: this.#wake, copier, capacity })
      this.#locals.set(key, channel)
    }
    return channel
  }
}
