// Duty: the ends of channels for the tasks of one worker and one attempt, and the space that these share for what waits.
// Invariants: both ends of a local channel ask under the same key and get the two halves of one queue; both ends of a ring
// make their serializer, and a local channel its copier, of the type that the program declares for the edge. Rings of one edge share generated code.
// Thread: the task worker.
import { exchangeCopier } from '../../../api/types/record-copiers.js'
import { streamSerializers } from '../../../api/types/stream-serializers.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { NO_REGISTERED_TYPES } from '../../../core/types/registered-types.js'
import type { Copier } from '../../../core/types/copier.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { ChannelDescriptor, LocalChannelDescriptor } from '../../protocol/task-deployment.js'
import { CheckpointBarriers } from '../network/checkpoint-barriers.js'
import type { ChannelEnds, ChannelReader, ChannelWriter } from '../network/channel.js'
import { FeedbackChannel } from '../network/feedback-channel.js'
import { LocalChannel, localChannelCapacity } from '../network/local-channel.js'
import { RingChannelReader } from '../network/ring-channel-reader.js'
import { RingChannelWriter } from '../network/ring-channel-writer.js'
import { WaitingSpace } from '../network/waiting-space.js'

/** What the program says about the records of its edges. */
export interface EdgeTypes extends Pick<ProgramGraph, 'edgeTypes' | 'registeredTypes'> {
  /** Ids of edges whose records nobody else has. */
  readonly soleEdges?: ReadonlySet<string>
}

export interface FeedbackEnds {
  readonly loop: number
  readonly tail: number
  readonly subtaskIndex: number
}

const NOTHING_DECLARED: EdgeTypes = { edgeTypes: new Map(), registeredTypes: NO_REGISTERED_TYPES }

/** Before an operator of a chain: fewer than a channel has, as nobody is to be kept busy by them. */
const WAITING_CAPACITY = { batchRecords: 32, batches: 4 }
/** For records that nobody else has. */
const NO_COPIES: Copier = { copy: (value) => value }

/**
 * So many batches that have come back, and wait, are enough for a loop that stays within its queues. Without that the input came
 * in whenever the body was quicker than the head, until all of it went round at once, most of it as bytes: ten rounds
 * of 1,000,000 records took 9.4 s of processor time instead of 3.8 s. A loop that has grown beyond its queues all the same
 * is not slowed down: its records may wait for what is still to come in.
 */
const FULL_LOOP_BATCHES = 8

/** Where that lies for which there is no room. */
export interface WaitingSpaces {
  readonly ofChannels: WaitingSpace
  /** Of the ways back of loops, whose tails never wait. */
  readonly ofFeedback: WaitingSpace
}

export class ChannelConnector {
  readonly #wake: () => void
  readonly #types: EdgeTypes
  readonly #waitingSpace: WaitingSpace
  readonly #feedbackSpace: WaitingSpace
  readonly #barriers: CheckpointBarriers
  readonly #locals = new Map<string, LocalChannel>()
  readonly #feedback = new Map<string, FeedbackChannel>()
  /** By edge id. */
  readonly #serializers = new Map<string, () => TypeSerializer<unknown>>()

  constructor(
    wake: () => void,
    types: EdgeTypes = NOTHING_DECLARED,
    spaces: WaitingSpaces = { ofChannels: new WaitingSpace(), ofFeedback: new WaitingSpace() },
    barriers: CheckpointBarriers = new CheckpointBarriers(),
  ) {
    this.#wake = wake
    this.#types = types
    this.#waitingSpace = spaces.ofChannels
    this.#feedbackSpace = spaces.ofFeedback
    this.#barriers = barriers
  }

  writer(descriptor: ChannelDescriptor, edgeId = ''): ChannelWriter {
    if (descriptor.kind === 'local') return this.#local(descriptor, edgeId).writer
    const { memory, peerBell } = descriptor
    const [waitingSpace, barriers] = [this.#waitingSpace, this.#barriers]
    return new RingChannelWriter(memory, peerBell, this.#serializer(edgeId), { waitingSpace, barriers })
  }

  reader(descriptor: ChannelDescriptor, edgeId = ''): ChannelReader {
    if (descriptor.kind === 'local') return this.#local(descriptor, edgeId).reader
    return new RingChannelReader(descriptor.memory, descriptor.peerBell, this.#serializer(edgeId), this.#barriers)
  }

  /** In front of an operator that cannot take its records yet; these are its own already. */
  waitingChannel(type: TypeInformation<unknown> | undefined): ChannelEnds {
    return new LocalChannel({
      onData: () => undefined,
      onRoom: () => undefined,
      copier: NO_COPIES,
      createSerializer: () => streamSerializers(type, this.#types.registeredTypes)(),
      waitingSpace: this.#waitingSpace,
      capacity: WAITING_CAPACITY,
    })
  }

  /** From a tail of a loop to its head, both with this number; `type`: of the records that come back. */
  feedback({ loop, tail, subtaskIndex }: FeedbackEnds, type: TypeInformation<unknown> | undefined): FeedbackChannel {
    const key = [loop, tail, subtaskIndex].join('/')
    const known = this.#feedback.get(key)
    if (known !== undefined) return known
    const { registeredTypes } = this.#types
    const channel = new LocalChannel({
      onData: this.#wake,
      onRoom: () => undefined,
      copier: exchangeCopier(type, registeredTypes),
      createSerializer: () => streamSerializers(type, registeredTypes)(),
      waitingSpace: this.#feedbackSpace,
      waits: 'nobody',
      barriers: this.#barriers,
    })
    const feedback = new FeedbackChannel(channel)
    this.#feedback.set(key, feedback)
    return feedback
  }

  /** For what is read before the channels are. */
  get waitingSpace(): WaitingSpace {
    return this.#waitingSpace
  }

  /** Of all loops of the worker. */
  get isLoopFull(): boolean {
    let batches = 0
    for (const { reader, waitingBytes } of this.#feedback.values()) {
      if (waitingBytes > 0) return false
      batches += reader.queuedBuffers()
    }
    return batches >= FULL_LOOP_BATCHES
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
      const { edgeTypes, registeredTypes, soleEdges } = this.#types
      const isSole = soleEdges?.has(edgeId) === true
      const copier = isSole ? NO_COPIES : exchangeCopier(edgeTypes.get(edgeId), registeredTypes)
      const capacity = localChannelCapacity(siblings)
      channel = new LocalChannel({
        onData: this.#wake,
        onRoom: this.#wake,
        copier,
        takesBatches: isSole,
        createSerializer: () => this.#serializer(edgeId),
        waitingSpace: this.#waitingSpace,
        barriers: this.#barriers,
        capacity,
      })
      this.#locals.set(key, channel)
    }
    return channel
  }
}
