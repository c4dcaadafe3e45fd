// Duty: one running `run(ctx)` of a source function in any of its three shapes, as a place to pull records from.
// Invariants: what run collects goes into a queue first and is emitted from the task's step only. A generator is asked
// for its next record from the step; an async generator is asked ahead up to a bound; an async function is told to wait
// (collect returns a promise) when the queue has its fill, or nothing may be emitted. After `cancel` nothing is taken any
// more and errors are ignored: they come from the end that was asked for.
//   created --start--> running --run returned--> ended      any --error--> failed      any --cancel--> canceled
// Thread: the task worker that owns the source.
import { describeValue } from '../../../core/errors/describe-value.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import type { SourceContext, SourceFunction } from '../../../api/functions/source-function.js'
import type { Watermark } from '../../../api/eventtime/watermark.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Copier } from '../../../core/types/copier.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import { isThenable } from '../state/thenable.js'
import { describeThrown } from '../../../core/errors/thrown-value.js'
import { isTimestamp } from '../eventtime/assigned-timestamp.js'
import { timestampOf } from '../eventtime/watermark-timestamp.js'
import type { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import type { Output } from './output.js'
import { SourceRecordQueue } from './source-record-queue.js'

export interface SourceRunOptions {
  readonly operatorName: string
  readonly logger: Logger
  /** The function goes on with the objects that it collected: what waits in the queue is a copy. */
  readonly copier: Copier
  readonly output: Output
  readonly watermarks: WatermarkEmitter
  /** False while the output is full, or an operator of the chain takes no more. */
  readonly mayEmit: () => boolean
  /** Makes the task look again: something was collected, or run has ended. */
  readonly wake: () => void
}

/** Where a run waits until there is room. */
interface WaitingRoom {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

type RunState = 'created' | 'running' | 'ended' | 'failed' | 'canceled'

/** So many records are taken in before the source is told to wait. */
const QUEUE_FILL = 512
/** A run that collects so many without waiting never will. */
const QUEUE_LIMIT = 1_000_000

export class SourceFunctionRun implements SourceContext<unknown> {
  readonly queue: SourceRecordQueue
  readonly #function: SourceFunction<unknown>
  readonly #options: SourceRunOptions
  readonly #lock = {}
  #state: RunState = 'created'
  #error: unknown
  #iterator: Iterator<unknown> | undefined
  #asyncIterator: AsyncIterator<unknown> | undefined
  #nextPending = false
  #hasPulled = false
  #room: WaitingRoom | undefined

  constructor(userFunction: SourceFunction<unknown>, options: SourceRunOptions) {
    this.queue = new SourceRecordQueue(options.copier, options.output, options.watermarks)
    this.#function = userFunction
    this.#options = options
  }

  get state(): RunState {
    return this.#state
  }

  /** Undefined unless failed. */
  get error(): unknown {
    return this.#error
  }

  /** True when run goes on by itself between the steps of the task. */
  get isAsync(): boolean {
    return this.#state === 'running' && this.#iterator === undefined
  }

  start(): void {
    this.#state = 'running'
    const result: unknown = this.#function.run(this)
    if (isIterable(result)) this.#iterator = result[Symbol.iterator]()
    else if (isAsyncIterable(result)) this.#asyncIterator = result[Symbol.asyncIterator]()
    else if (isThenable(result))
      result.then(
        () => {
          this.#end()
        },
        (error: unknown) => {
          this.#fail(error)
        },
      )
    else this.#end()
  }

  /**
   * Emits up to `budget` records of the generator, fewer when it pauses, ends or uses `ctx`, or there is no room. True when
   * it paused, which it does by yielding undefined; `takeHasPulled` tells whether there was a record since the last pause.
   */
  emitPulled(budget: number): boolean {
    const { queue } = this
    const iterator = this.#iterator
    for (let left = budget; left > 0 && iterator !== undefined; left -= 1) {
      if (!this.#options.mayEmit()) return false
      const next = iterator.next()
      if (next.done === true) {
        this.#end()
        return false
      }
      if (queue.length > 0) {
        if (next.value !== undefined) queue.push(next.value, NO_TIMESTAMP)
        return false
      }
      if (next.value === undefined) return true
      queue.emit(next.value)
      this.#hasPulled = true
    }
    return false
  }

  takeHasPulled(): boolean {
    const hasPulled = this.#hasPulled
    this.#hasPulled = false
    return hasPulled
  }

  get isPulled(): boolean {
    return this.#state === 'running' && this.#iterator !== undefined
  }

  /** Called by the task's step when the queue was emitted and there is room: whoever waits may go on. */
  requestMore(): void {
    this.#room?.resolve()
    this.#room = undefined
    if (this.#asyncIterator !== undefined) this.#pump(this.#asyncIterator)
  }

  cancel(): void {
    if (this.#state === 'canceled') return
    const wasRunning = this.#state === 'running'
    this.#state = 'canceled'
    this.queue.clear()
    this.#room?.resolve()
    this.#room = undefined
    try {
      this.#function.cancel?.()
      if (wasRunning) this.#returnIterators()
    } catch (error) {
      this.#logAfterCancel(error)
    }
  }

  collect(value: unknown): Promise<void> | undefined {
    return this.#take(value, NO_TIMESTAMP)
  }

  collectWithTimestamp(value: unknown, timestampMs: number): Promise<void> | undefined {
    const timestamp: unknown = timestampMs
    if (!isTimestamp(timestamp)) {
      const taken = 'ms since the epoch, between -(2 ** 53) and 2 ** 53'
      throw new ReasonError(`collectWithTimestamp takes ${taken}, not ${describeValue(timestamp)}`)
    }
    return this.#take(value, timestamp)
  }

  emitWatermark(watermark: Watermark | number): void {
    const timestamp = timestampOf(watermark)
    if (!this.#accepts()) return
    this.queue.pushWatermark(timestamp)
    this.#wakeForFirst()
  }

  markAsTemporarilyIdle(): void {
    if (!this.#accepts()) return
    this.queue.pushIdle()
    this.#wakeForFirst()
  }

  getCheckpointLock(): object {
    return this.#lock
  }

  isRunning(): boolean {
    return this.#state === 'running'
  }

  #take(value: unknown, timestamp: number): Promise<void> | undefined {
    if (!this.#accepts()) return undefined
    const { queue } = this
    queue.push(value, timestamp)
    this.#wakeForFirst()
    if (queue.length < QUEUE_FILL && this.#options.mayEmit()) return undefined
    if (queue.length > QUEUE_LIMIT) {
      const details = { operator: this.#options.operatorName, limit: QUEUE_LIMIT }
      const error = new FlinkError('SOURCE_BUFFER_OVERFLOW', details)
      this.#fail(error)
      throw error
    }
    this.#room ??= waitingRoom()
    return this.#room.promise
  }

  #accepts(): boolean {
    if (this.#state === 'running') return true
    if (this.#state === 'canceled' || this.#state === 'failed') return false
    throw new ReasonError(
      'ctx was used after run() had returned; return a promise that settles when the source is done',
    )
  }

  #pump(iterator: AsyncIterator<unknown>): void {
    if (this.#nextPending || this.#state !== 'running') return
    this.#nextPending = true
    iterator.next().then(
      (result) => {
        this.#nextPending = false
        if (this.#state !== 'running') return
        if (result.done === true) this.#end()
        else this.#takeYielded(result.value, iterator)
      },
      (error: unknown) => {
        this.#fail(error)
      },
    )
  }

  #takeYielded(value: unknown, iterator: AsyncIterator<unknown>): void {
    if (value === undefined) {
      // A pause: the step asks again, so that a generator that only pauses does not keep the thread.
      this.#options.wake()
      return
    }
    this.queue.push(value, NO_TIMESTAMP)
    this.#wakeForFirst()
    if (this.queue.length < QUEUE_FILL) this.#pump(iterator)
  }

  #wakeForFirst(): void {
    if (this.queue.length === 1) this.#options.wake()
  }

  #end(): void {
    if (this.#state !== 'running') return
    this.#state = 'ended'
    this.#options.wake()
  }

  #fail(error: unknown): void {
    if (this.#state === 'canceled') {
      this.#logAfterCancel(error)
    } else if (this.#state !== 'failed') {
      this.#state = 'failed'
      this.#error = error
      this.#options.wake()
    }
  }

  #returnIterators(): void {
    this.#iterator?.return?.()
    this.#asyncIterator?.return?.().then(undefined, (error: unknown) => {
      this.#logAfterCancel(error)
    })
  }

  #logAfterCancel(error: unknown): void {
    const fields = { operator: this.#options.operatorName, reason: describeThrown(error) }
    this.#options.logger.debug('the source ended with an error after it was cancelled', fields)
  }
}

function waitingRoom(): WaitingRoom {
  let resolve = (): void => undefined
  const promise = new Promise<void>((resolvePromise) => {
    resolve = resolvePromise
  })
  return {
    promise,
    resolve: () => {
      resolve()
    },
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
