// Duty: where the records of a loop come out again: gives out what came back, keeps what belongs to a snapshot, and knows when
// the loop is over.
//   created -> gives out <-> holds (the job is about to stop); gives out -> over (nothing goes round any more)
// Invariants: a record that came back is given out once. Between the trigger of a checkpoint and the return of its barrier
// everything that comes back is in that checkpoint, besides going on. It is over only when no checkpoint waits for a barrier.
// Thread: the worker of the head.
import type { IterationSpec } from '../../../api/dag/operators/iteration-spec.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import {
  streamHandlesOfSubtask,
  type OperatorSubtaskState,
  type StateMetadata,
} from '../../../storage/state-handles.js'
import { verifyStateHandle } from '../../../storage/state-reader.js'
import type { ChannelHandler } from '../network/channel.js'
import type { FeedbackChannel } from '../network/feedback-channel.js'
import type { RecordBatch } from '../network/record-batch.js'
import { MAX_WATERMARK } from '../network/stream-element.js'
import type { IterationAccess } from '../operators/iteration-access.js'
import type { OperatorContext, SnapshotRequest, SourceStatus } from '../operators/stream-operator.js'
import { StreamOperatorBase } from '../operators/stream-operator-base.js'
import { slicesOfTask } from '../state/time-slices.js'
import { FeedbackLog } from './feedback-log.js'
import { FeedbackLogs } from './feedback-logs.js'
import { FEEDBACK_STATE, feedbackTypeFingerprint, shareOfFeedback } from './feedback-records.js'
import { HeldRecords } from './held-records.js'
import { IterationMarkers } from './iteration-markers.js'
import { LoopEnd } from './loop-end.js'
import { readFeedbackParts } from './restored-feedback.js'

type HeadSpec = Extract<IterationSpec, { readonly kind: 'iteration-head' }>

/** Smaller ones take the place of large ones in the queue: their records go one by one, and lie together again. */
const LARGE_BATCH = 64

const nothing = (): void => undefined

export class IterationHead extends StreamOperatorBase {
  readonly inputs: readonly [] = []
  readonly #channels: readonly FeedbackChannel[]
  readonly #serializer: TypeSerializer<unknown>
  readonly #outputType: OperatorBinding['outputType']
  readonly #held: HeldRecords
  readonly #logs = new FeedbackLogs()
  readonly #end: LoopEnd
  /** Of the channels, and of what was held; both take records out one after the other. */
  readonly #handlers: { readonly back: readonly ChannelHandler[]; readonly held: ChannelHandler }
  #numRecords = 0
  #nextChannel = 0
  #phase: 'created' | 'gives out' | 'holds' | 'over' = 'created'
  /** What the marker said that came back while records were held. */
  #heldMarker: number | undefined

  constructor(binding: OperatorBinding, context: OperatorContext, spec: HeadSpec, access: IterationAccess) {
    super(binding, context)
    const { registeredTypes, processingTime } = context
    const { loop, tails, maxWaitMs } = spec
    this.#channels = Array.from({ length: tails }, (_, tail) => access.channelFrom(loop, tail))
    this.#outputType = binding.outputType
    this.#serializer = binding.outputType?.createSerializer(registeredTypes) ?? structuredSerializer(registeredTypes)
    this.#held = new HeldRecords(() => context.createWaitingChannel())
    const emitMarker = (quietRounds: number): void => {
      access.emitMarker(quietRounds)
    }
    this.#end = new LoopEnd({ loops: access.loops, maxWaitMs, processingTime, emitMarker })
    const markers = this.#createMarkers(tails)
    this.#handlers = {
      back: this.#channels.map((_, tail) => this.#handlerOf(tail, markers)),
      held: this.#handler({
        onRecord: (value, timestamp) => {
          this.#giveOut(value, timestamp)
        },
      }),
    }
  }

  override async initializeState(
    restored: OperatorSubtaskState | undefined,
    checkpointId: number | undefined,
  ): Promise<void> {
    await super.initializeState(undefined, checkpointId)
    if (restored === undefined) return
    const { managedOperator } = restored
    for (const state of managedOperator.flatMap(({ states }) => states)) {
      this.state.operatorBackend.checkCompatible(state, this.#stateMetadata)
    }
    const share = { serializer: this.#serializer, place: this.context.taskInfo }
    const { fileSystems } = this.context
    try {
      await shareOfFeedback(readFeedbackParts(managedOperator, fileSystems), share, (value, timestamp, keyHash) => {
        this.#held.add(value, timestamp, keyHash)
      })
    } catch (error) {
      // Damaged bytes are read before their checksum is: that they are damaged is the reason.
      for (const handle of streamHandlesOfSubtask(restored)) await verifyStateHandle(handle, fileSystems)
      throw this.state.operatorBackend.unreadable(error, FEEDBACK_STATE)
    }
  }

  /** Some records. `waiting`: as long as there is neither one nor room. */
  emitNext(): SourceStatus {
    this.#giveOutAgain()
    if (!this.#held.isEmpty) this.#held.drain(this.#handlers.held)
    else if (!this.#drainNext()) return this.#mayEnd ? this.#endLoop() : 'waiting'
    return 'more'
  }

  /** Nothing is given out until the next `emitNext`; what comes back is taken all the same. False: nothing came. */
  holdNext(): boolean {
    if (this.#phase !== 'over') this.#phase = 'holds'
    if (!this.#held.isAwaited) return this.#drainNext()
    // In the snapshot it comes before what comes back now.
    this.#held.copySome(() => false)
    return true
  }

  get hasFeedback(): boolean {
    return this.#channels.some(({ reader }) => reader.hasData())
  }

  /** True where `emitNext` would get further. */
  get hasWork(): boolean {
    return this.hasFeedback || !this.#held.isEmpty || this.#phase === 'created' || this.#mayEnd
  }

  override snapshotState(request: SnapshotRequest): Promise<FeedbackLog> {
    const log = new FeedbackLog({
      request,
      metadata: this.#stateMetadata,
      serializer: this.#serializer,
      place: this.context.taskInfo,
      tails: this.#channels.length,
      held: this.#held,
      slices: slicesOfTask(this.context),
    })
    this.#held.beginSnapshot(log)
    if (this.#phase === 'over') log.closeAll()
    this.#logs.begin(log)
    return Promise.resolve(log)
  }

  override async close(): Promise<void> {
    for (const { reader } of this.#channels) reader.close()
    this.#held.close()
    await super.close()
  }

  get #stateMetadata(): StateMetadata {
    const typeFingerprint = feedbackTypeFingerprint(this.#outputType)
    return { name: FEEDBACK_STATE, kind: 'operator-union', typeFingerprint, schemaVersion: 0 }
  }

  get #mayEnd(): boolean {
    return this.#end.isOver && this.#logs.isEmpty
  }

  #giveOutAgain(): void {
    if (this.#phase === 'gives out') return
    const wasCreated = this.#phase === 'created'
    this.#phase = 'gives out'
    if (wasCreated) {
      // What comes back has no time of its own: that of the loop is that of its input.
      this.output.emitWatermark(MAX_WATERMARK)
      this.#end.begin()
    }
    if (this.#heldMarker !== undefined) this.#end.returned(this.#heldMarker)
    this.#heldMarker = undefined
  }

  #endLoop(): SourceStatus {
    this.#phase = 'over'
    for (const channel of this.#channels) channel.end()
    return 'end'
  }

  /** One batch of the tail whose turn it is; false where none has any. */
  #drainNext(): boolean {
    const { length } = this.#channels
    for (let step = 0; step < length; step += 1) {
      const tail = (this.#nextChannel + step) % length
      const reader = this.#channels[tail]?.reader
      const handler = this.#handlers.back[tail]
      if (handler === undefined || reader?.hasData() !== true) continue
      this.#nextChannel = (tail + 1) % length
      reader.drain(handler, tail)
      return true
    }
    return false
  }

  #giveOut(value: unknown, timestamp: number): void {
    this.#numRecords += 1
    this.output.collect(value, timestamp)
  }

  /** Where nothing is to be done about each of them. Records go without their hashes, so they must have none. */
  #giveOutTogether(batch: RecordBatch, tail: number): boolean {
    if (this.#phase !== 'gives out' || !this.#logs.isEmpty || this.#channels[tail]?.hasKeys !== false) return false
    const { size } = batch
    if (size < LARGE_BATCH || !this.context.isOutputAvailable()) return false
    if (this.output.collectBatch?.(batch) !== true) return false
    this.#numRecords += size
    return true
  }

  #handlerOf(tail: number, markers: IterationMarkers): ChannelHandler {
    return this.#handler({
      onBatch: (batch) => this.#giveOutTogether(batch, tail),
      onRecord: (value, timestamp, keyHash) => {
        this.#logs.add(value, timestamp, keyHash, tail)
        if (this.#phase === 'holds') this.#held.add(value, timestamp, keyHash)
        else this.#giveOut(value, timestamp)
      },
      onBarrier: ({ checkpointId }) => {
        this.#logs.onBarrier(checkpointId, tail)
      },
      onCancelBarrier: (checkpointId) => {
        this.#logs.onCancelBarrier(checkpointId)
      },
      onIterationMarker: (quietRounds) => {
        markers.onMarker(quietRounds, tail)
      },
      onEndOfPartition: () => {
        this.#logs.onTailEnded(tail)
      },
    })
  }

  #handler(handler: Pick<ChannelHandler, 'onRecord'> & Partial<ChannelHandler>): ChannelHandler {
    const rest = { onComingKeys: nothing, onWatermark: nothing, onWatermarkStatus: nothing, onEndOfData: nothing }
    const events = {
      onBarrier: nothing,
      onCancelBarrier: nothing,
      onIterationMarker: nothing,
      onEndOfPartition: nothing,
    }
    const mayContinue = (): boolean => this.#phase === 'holds' || this.context.isOutputAvailable()
    return { ...rest, ...events, mayContinue, ...handler }
  }

  #createMarkers(channelCount: number): IterationMarkers {
    return new IterationMarkers({
      channelCount,
      activity: () => this.#numRecords,
      holdsRecords: () => !this.#held.isEmpty,
      forward: (quietRounds) => {
        if (this.#phase === 'holds') this.#heldMarker = quietRounds
        else this.#end.returned(quietRounds)
      },
    })
  }
}
