import { InputStatus } from '../../api/connector/source/input-status.js'
import type { ReaderOutput, SourceOutput } from '../../api/connector/source/reader-output.js'
import type { SourceReaderContext } from '../../api/connector/source/source-reader-context.js'
import type { SourceReader } from '../../api/connector/source/source-reader.js'
import type { SourceSplit } from '../../api/connector/source/source-split.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { HandOver } from './hand-over.js'
import type { RecordEmitter } from './record-emitter.js'
import type { RecordsWithSplitIds } from './records-with-split-ids.js'
import { SplitFetcher } from './split-fetcher.js'
import { refusePromise } from './refuse-promise.js'
import type { SplitReader } from './split-reader.js'

/** As Flink's source.reader.element.queue.capacity. */
const DEFAULT_QUEUE_CAPACITY = 2

/**
 * What a {@link SourceReaderBase} is made of.
 *
 * @example
 * ```ts
 * import type { SourceReaderContext, SourceSplit } from 'flink-ts'
 * import type { SourceReaderBaseInput, SplitReader } from 'flink-ts/connectors/base'
 *
 * const partsOf = (
 *   context: SourceReaderContext,
 *   splitReader: SplitReader<string, SourceSplit>,
 * ): SourceReaderBaseInput<string, string, SourceSplit, object> => ({
 *   context,
 *   splitReader,
 *   recordEmitter: { emitRecord: (text, output) => output.collect(text) },
 * })
 * ```
 */
export interface SourceReaderBaseInput<E, T, SplitT extends SourceSplit, SplitStateT> {
  readonly context: SourceReaderContext
  readonly splitReader: SplitReader<E, SplitT>
  readonly recordEmitter: RecordEmitter<E, T, SplitStateT>
  /** How many fetches wait for the reader at most, at least 1; 2 where it is left out. */
  readonly elementQueueCapacity?: number
}

/** What a subclass and its emitter give is looked at: it may be a promise, which nobody would await. */
interface ObservedEmitter<E, T, SplitStateT> {
  emitRecord(...given: Parameters<RecordEmitter<E, T, SplitStateT>['emitRecord']>): unknown
}

interface ObservedReader<SplitStateT> {
  readonly onSplitFinished: (finishedSplits: ReadonlyMap<string, SplitStateT>) => unknown
}

interface SplitContext<T, SplitStateT> {
  readonly state: SplitStateT
  output: SourceOutput<T> | undefined
}

/**
 * The base of readers that fetch with promises: one fetcher a reader, a bounded hand-over between them, and a position a record.
 * A subclass says what the state of a split is, and what becomes of splits that are at their end (most ask for the next one).
 * A reader that asks for its next split when one is at its end has emitted the watermarks of that one: where splits are of one range of
 * time, the records of the next are late. Assign such splits at once.
 *
 * Where anything but `fetch` gives a promise: ASYNC_NOT_ALLOWED. What a fetch gives of a split that the reader was not assigned:
 * SOURCE_SPLIT_UNKNOWN. What is no fetch: SOURCE_FETCH_INVALID.
 *
 * `E` is what is fetched, `T` what is emitted, `SplitStateT` the position of a split, which the record emitter changes.
 *
 * @example
 * ```ts
 * import type { SourceReaderContext, SourceSplit } from 'flink-ts'
 * import { SourceReaderBase, type SplitReader } from 'flink-ts/connectors/base'
 *
 * class TextReader extends SourceReaderBase<string, string, SourceSplit, { readonly split: SourceSplit }> {
 *   readonly #context: SourceReaderContext
 *   constructor(context: SourceReaderContext, splitReader: SplitReader<string, SourceSplit>) {
 *     super({ context, splitReader, recordEmitter: { emitRecord: (text, output) => output.collect(text) } })
 *     this.#context = context
 *   }
 *   override start(): void {
 *     if (this.getNumberOfCurrentlyAssignedSplits() === 0) this.#context.sendSplitRequest()
 *   }
 *   protected initializedState(split: SourceSplit): { readonly split: SourceSplit } {
 *     return { split }
 *   }
 *   protected toSplitType(_splitId: string, state: { readonly split: SourceSplit }): SourceSplit {
 *     return state.split
 *   }
 *   protected onSplitFinished(): void {
 *     this.#context.sendSplitRequest()
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/#the-split-reader-api
 */
export abstract class SourceReaderBase<E, T, SplitT extends SourceSplit, SplitStateT> implements SourceReader<
  T,
  SplitT
> {
  readonly #emitter: ObservedEmitter<E, T, SplitStateT>
  readonly #handOver: HandOver<RecordsWithSplitIds<E>>
  readonly #fetcher: SplitFetcher<E, SplitT>
  readonly #splits = new Map<string, SplitContext<T, SplitStateT>>()
  #records: RecordsWithSplitIds<E> | undefined
  #split: SplitContext<T, SplitStateT> | undefined
  #output: SourceOutput<T> | undefined
  #mayGetSplits = true

  constructor(input: SourceReaderBaseInput<E, T, SplitT, SplitStateT>) {
    const { context, splitReader, recordEmitter, elementQueueCapacity = DEFAULT_QUEUE_CAPACITY } = input
    this.#emitter = recordEmitter
    this.#handOver = new HandOver(elementQueueCapacity)
    this.#fetcher = new SplitFetcher({ splitReader, handOver: this.#handOver, clock: context.getClock() })
  }

  start(): void | Promise<void> {
    // For subclasses that ask for splits.
  }

  pollNext(output: ReaderOutput<T>): InputStatus {
    const records = this.#records ?? this.#nextFetch(output)
    if (records === undefined) return this.#finishedOrAvailableLater()
    const split = this.#split
    const splitOutput = this.#output
    if (split !== undefined && splitOutput !== undefined) {
      const record = records.nextRecordFromSplit()
      if (record !== undefined) {
        const result = this.#emitter.emitRecord(record, splitOutput, split.state)
        if (result !== undefined) this.#refusePromise(result, 'emitRecord')
        return InputStatus.MORE_AVAILABLE
      }
    }
    if (this.#moveToNextSplit(records, output)) return InputStatus.MORE_AVAILABLE
    return this.#handOver.isEmpty ? this.#finishedOrAvailableLater() : InputStatus.MORE_AVAILABLE
  }

  isAvailable(): Promise<void> {
    return this.#records === undefined ? this.#handOver.whenAvailable() : Promise.resolve()
  }

  /** Each split with the position after the last record that was emitted. */
  snapshotState(_checkpointId: number): readonly SplitT[] {
    return [...this.#splits].map(([splitId, { state }]) => {
      const split = this.toSplitType(splitId, state)
      this.#refusePromise(split, 'toSplitType')
      return split
    })
  }

  addSplits(splits: readonly SplitT[]): void {
    for (const split of splits) {
      const state = this.initializedState(split)
      this.#refusePromise(state, 'initializedState')
      this.#splits.set(split.splitId(), { state, output: undefined })
    }
    this.#fetcher.addSplits(splits)
  }

  notifyNoMoreSplits(): void {
    this.#mayGetSplits = false
    this.#handOver.notifyAvailable()
  }

  pauseOrResumeSplits(splitsToPause: readonly string[], splitsToResume: readonly string[]): void {
    this.#fetcher.pauseOrResumeSplits(splitsToPause, splitsToResume)
  }

  handleSourceEvents(_event: unknown): void {
    // For subclasses whose enumerator sends any.
  }

  close(): Promise<void> {
    return this.#fetcher.close()
  }

  getNumberOfCurrentlyAssignedSplits(): number {
    return this.#splits.size
  }

  /** The state of a split that it was assigned: what the record emitter changes. */
  protected abstract initializedState(split: SplitT): SplitStateT
  /** The split as it is at this moment; not the state itself, which goes on changing. */
  protected abstract toSplitType(splitId: string, splitState: SplitStateT): SplitT
  /** All records of these splits have been emitted. */
  protected abstract onSplitFinished(finishedSplits: ReadonlyMap<string, SplitStateT>): void

  /** `pollNext` is called, though nothing was fetched: for a subclass that has something to say. */
  protected notifyAvailable(): void {
    this.#handOver.notifyAvailable()
  }

  #nextFetch(output: ReaderOutput<T>): RecordsWithSplitIds<E> | undefined {
    const records = this.#handOver.poll()
    if (records === undefined) {
      this.#fetcher.checkErrors()
      return undefined
    }
    this.#records = records
    return this.#moveToNextSplit(records, output) ? records : undefined
  }

  /** False: the fetch has no other split, and is over. */
  #moveToNextSplit(records: RecordsWithSplitIds<E>, output: ReaderOutput<T>): boolean {
    const splitId = records.nextSplit()
    if (splitId === undefined) {
      this.#finishFetch(records, output)
      return false
    }
    const split = this.#assignedSplit(splitId, 'records')
    split.output ??= output.createOutputForSplit(splitId)
    this.#split = split
    this.#output = split.output
    return true
  }

  #finishFetch(records: RecordsWithSplitIds<E>, output: ReaderOutput<T>): void {
    this.#records = undefined
    this.#split = undefined
    this.#output = undefined
    const finished = new Map<string, SplitStateT>()
    for (const splitId of records.finishedSplits()) {
      finished.set(splitId, this.#assignedSplit(splitId, 'the end').state)
      this.#splits.delete(splitId)
      output.releaseOutputForSplit(splitId)
    }
    if (finished.size > 0) {
      const { onSplitFinished }: ObservedReader<SplitStateT> = { onSplitFinished: this.onSplitFinished.bind(this) }
      this.#refusePromise(onSplitFinished(finished), 'onSplitFinished')
    }
    records.recycle?.()
  }

  /** What is fetched of any other split would be in no snapshot, and its records would be lost. */
  #assignedSplit(splitId: string, what: string): SplitContext<T, SplitStateT> {
    const split = this.#splits.get(splitId)
    if (split !== undefined) return split
    const assigned = [...this.#splits.keys()].map((id) => `'${id}'`).join(', ')
    throw new FlinkError('SOURCE_SPLIT_UNKNOWN', { what, split: splitId, assigned: assigned || 'none' })
  }

  #refusePromise(result: unknown, method: string): void {
    refusePromise(result, [this.constructor.name, method])
  }

  #finishedOrAvailableLater(): InputStatus {
    if (!this.#handOver.isEmpty) return InputStatus.MORE_AVAILABLE
    this.#fetcher.checkErrors()
    const isOver = !this.#mayGetSplits && this.#fetcher.isIdle
    return isOver ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE
  }
}
