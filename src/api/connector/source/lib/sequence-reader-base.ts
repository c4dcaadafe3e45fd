import { Availability } from '../../../../core/time/availability.js'
import { InputStatus } from '../input-status.js'
import type { ReaderOutput, SourceOutput } from '../reader-output.js'
import type { SourceReader } from '../source-reader.js'
import type { SourceReaderContext } from '../source-reader-context.js'
import type { NumberSequenceSplit } from './number-sequence-split.js'

/** Reads one part of a sequence after the other; what becomes of a number is up to the subclass. */
export abstract class SequenceReaderBase<T> implements SourceReader<T, NumberSequenceSplit> {
  readonly #context: Pick<SourceReaderContext, 'sendSplitRequest'>
  readonly #waiting: NumberSequenceSplit[] = []
  /** What is read; its numbers from `#next` on are left. */
  #current: NumberSequenceSplit | undefined
  #next = 0
  #last = Number.NEGATIVE_INFINITY
  #mayGetSplits = true
  #output: SourceOutput<T> | undefined
  readonly #availability = new Availability()

  constructor(context: Pick<SourceReaderContext, 'sendSplitRequest'>) {
    this.#context = context
  }

  start(): void {
    if (this.#waiting.length === 0) this.#context.sendSplitRequest()
  }

  pollNext(output: ReaderOutput<T>): InputStatus {
    const next = this.#next
    const splitOutput = this.#output
    if (next > this.#last || splitOutput === undefined) return this.#beginNextSplit(output)
    this.#next = next + 1
    this.emit(next, splitOutput)
    return InputStatus.MORE_AVAILABLE
  }

  isAvailable(): Promise<void> {
    if (this.#current !== undefined || this.#waiting.length > 0 || !this.#mayGetSplits) return Promise.resolve()
    return this.#availability.whenAvailable
  }

  addSplits(splits: readonly NumberSequenceSplit[]): void {
    this.#waiting.push(...splits)
    this.#availability.becomeAvailable()
  }

  notifyNoMoreSplits(): void {
    this.#mayGetSplits = false
    this.#availability.becomeAvailable()
  }

  snapshotState(): readonly NumberSequenceSplit[] {
    const current = this.#next <= this.#last ? this.#current : undefined
    return current === undefined ? [...this.#waiting] : [current.startingAt(this.#next), ...this.#waiting]
  }

  notifyCheckpointComplete(_checkpointId: number): void {
    // Nothing waits for it.
  }

  close(): void | Promise<void> {
    // Nothing is open.
  }

  protected abstract emit(value: number, output: SourceOutput<T>): void

  #beginNextSplit(output: ReaderOutput<T>): InputStatus {
    const finished = this.#current
    if (finished !== undefined) output.releaseOutputForSplit(finished.splitId())
    const split = this.#waiting.shift()
    this.#current = split
    this.#output = split && output.createOutputForSplit(split.splitId())
    if (split !== undefined) {
      this.#next = split.from
      this.#last = split.to
      return InputStatus.MORE_AVAILABLE
    }
    if (!this.#mayGetSplits) return InputStatus.END_OF_INPUT
    if (finished !== undefined) this.#context.sendSplitRequest()
    return InputStatus.NOTHING_AVAILABLE
  }
}
