import type { SourceSplit } from '../../api/connector/source/source-split.js'
import { hasMethods } from '../../api/functions/has-methods.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { Availability } from '../../core/time/availability.js'
import type { Clock } from '../../core/time/clock.js'
import { settledWithin } from '../../core/time/settled-within.js'
import type { HandOver } from './hand-over.js'
import type { RecordsWithSplitIds } from './records-with-split-ids.js'
import { refusePromise } from './refuse-promise.js'
import type { SplitReader } from './split-reader.js'

/** As Flink's source.reader.close.timeout. */
const CLOSE_TIMEOUT_MS = 30_000

export interface SplitFetcherInput<E, SplitT extends SourceSplit> {
  readonly splitReader: SplitReader<E, SplitT>
  readonly handOver: HandOver<RecordsWithSplitIds<E>>
  readonly clock: Clock
}

/**
 * Fetches for a reader, one fetch after the other, while there is room and it has splits. Splits are added, paused and resumed
 * between two fetches; a fetch that waits is woken up for it. The first error ends it, and is the reader's to throw.
 */
export class SplitFetcher<E, SplitT extends SourceSplit> {
  readonly #input: SplitFetcherInput<E, SplitT>
  readonly #assigned = new Set<string>()
  readonly #changed = new Availability()
  #changes: (() => void)[] = []
  #running: Promise<void> | undefined
  #isFetching = false
  #isClosed = false
  #failure: { readonly error: unknown } | undefined

  constructor(input: SplitFetcherInput<E, SplitT>) {
    this.#input = input
  }

  /** It has been given no split that it has not fetched to its end. */
  get isIdle(): boolean {
    return this.#assigned.size === 0
  }

  /** Throws what made it stop. */
  checkErrors(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  addSplits(splits: readonly SplitT[]): void {
    for (const split of splits) this.#assigned.add(split.splitId())
    this.#change(() => {
      const splitReader: { addSplits(added: readonly SplitT[]): unknown } = this.#input.splitReader
      this.#refusePromise(splitReader.addSplits(splits), 'addSplits')
    })
    this.#running ??= this.#run()
  }

  pauseOrResumeSplits(splitsToPause: readonly string[], splitsToResume: readonly string[]): void {
    this.#change(() => {
      const isAssigned = (splitId: string): boolean => this.#assigned.has(splitId)
      const { splitReader } = this.#input
      const result = splitReader.pauseOrResumeSplits?.(
        splitsToPause.filter(isAssigned),
        splitsToResume.filter(isAssigned),
      )
      this.#refusePromise(result, 'pauseOrResumeSplits')
    })
  }

  /** Waits for the fetch under way, but not for ever. May be called again. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#input.handOver.releaseFetcher()
    this.#changed.becomeAvailable()
    if (this.#isFetching) this.#input.splitReader.wakeUp()
    if (this.#running !== undefined) await settledWithin(this.#running, CLOSE_TIMEOUT_MS, this.#input.clock)
    await this.#input.splitReader.close()
  }

  #change(change: () => void): void {
    this.#changes.push(change)
    this.#changed.becomeAvailable()
    if (this.#isFetching) this.#input.splitReader.wakeUp()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { handOver } = this.#input
    try {
      while (!this.#isClosed) {
        for (const change of this.#changes.splice(0)) change()
        if (this.isIdle) await this.#changed.whenAvailable
        else if (handOver.isFull) await handOver.whenRoom()
        else await this.#fetch()
      }
    } catch (error) {
      if (this.#isClosed) return
      this.#failure = { error }
      handOver.notifyAvailable()
    }
  }

  async #fetch(): Promise<void> {
    const { splitReader, handOver } = this.#input
    this.#isFetching = true
    let records: RecordsWithSplitIds<E>
    try {
      records = checkedFetch(await splitReader.fetch())
    } finally {
      this.#isFetching = false
    }
    if (this.#isClosed) return
    for (const splitId of records.finishedSplits()) this.#assigned.delete(splitId)
    handOver.put(records)
  }

  /** Splits change between two fetches, so a change has to be done when the next one begins. */
  #refusePromise(result: unknown, method: string): void {
    refusePromise(result, [this.#input.splitReader.constructor.name, method])
  }
}

function checkedFetch<E>(given: RecordsWithSplitIds<E>): RecordsWithSplitIds<E> {
  if (hasMethods(given, 'nextSplit', 'nextRecordFromSplit', 'finishedSplits')) return given
  const reason = given === undefined ? ': is a return missing?' : '.'
  throw new FlinkError('SOURCE_FETCH_INVALID', { returned: describeValue(given), reason })
}
