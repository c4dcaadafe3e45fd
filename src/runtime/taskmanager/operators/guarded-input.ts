// Duty: stands before an input of an operator whose bad records do not fail the job, and is its output: what a record
// gives goes on when the operator is done with it, or not at all.
// Invariants: an error downstream is never taken for the operator's own. What is emitted outside of the call of a record (by a timer,
// a watermark, a promise) goes on at once, and so does what was emitted before a watermark of the same call. An operator without a
// policy has neither, so it pays nothing.
// Thread: the task worker that owns the operator.
import type { Copier } from '../../../core/types/copier.js'
import type { WatermarkStatus } from '../network/stream-element.js'
import type { BadRecords } from './bad-records.js'
import type { Output } from './output.js'
import type { Input } from './stream-operator.js'

/** Copies of what is held. */
export interface HeldCopiers {
  readonly main: Copier
  copySideOutput(value: unknown): unknown
}

/** The output of such an operator. */
export class GuardedOutput implements Output {
  /** A run of stages would be one function, in which errors of the others are this operator's. */
  readonly stageRun = undefined
  readonly #output: Output
  readonly #copiers: HeldCopiers | undefined
  readonly #kept: { readonly tag: string | undefined; readonly value: unknown; readonly timestamp: number }[] = []
  #isHolding = false
  #isDownstream = false

  /** `copiers`: for what is held, as its function may go on with the object; undefined where references are handed on. */
  constructor(output: Output, copiers: HeldCopiers | undefined) {
    this.#output = output
    this.#copiers = copiers
  }

  /** After an error: it came from there. */
  get hasFailedDownstream(): boolean {
    return this.#isDownstream
  }

  hold(): void {
    this.#isHolding = true
  }

  /** What was held goes on. */
  release(): void {
    this.#isHolding = false
    this.#emitKept()
  }

  /** What was held is forgotten. */
  drop(): void {
    this.#isHolding = false
    this.#kept.length = 0
  }

  collect(value: unknown, timestamp: number): void {
    if (this.#isHolding) this.#keep(undefined, value, timestamp)
    else this.#output.collect(value, timestamp)
  }

  collectSideOutput(tag: string, value: unknown, timestamp: number): void {
    if (this.#isHolding) this.#keep(tag, value, timestamp)
    else this.#output.collectSideOutput(tag, value, timestamp)
  }

  emitWatermark(timestamp: number): boolean {
    this.#emitKept()
    this.#isDownstream = true
    const isDone = this.#output.emitWatermark(timestamp)
    this.#isDownstream = false
    return isDone
  }

  emitWatermarkStatus(status: WatermarkStatus): void {
    this.#emitKept()
    this.#isDownstream = true
    this.#output.emitWatermarkStatus(status)
    this.#isDownstream = false
  }

  #keep(tag: string | undefined, value: unknown, timestamp: number): void {
    this.#kept.push({ tag, value: this.#held(tag, value), timestamp })
  }

  #held(tag: string | undefined, value: unknown): unknown {
    const copiers = this.#copiers
    if (copiers === undefined || typeof value !== 'object' || value === null) return value
    return tag === undefined ? copiers.main.copy(value) : copiers.copySideOutput(value)
  }

  #emitKept(): void {
    if (this.#kept.length === 0) return
    const kept = this.#kept.splice(0)
    this.#isDownstream = true
    for (const { tag, value, timestamp } of kept) {
      if (tag === undefined) this.#output.collect(value, timestamp)
      else this.#output.collectSideOutput(tag, value, timestamp)
    }
    this.#isDownstream = false
  }
}

/** An input of such an operator. */
export class GuardedInput implements Input {
  readonly #input: Input
  readonly #output: GuardedOutput
  readonly #badRecords: BadRecords

  constructor(input: Input, output: GuardedOutput, badRecords: BadRecords) {
    this.#input = input
    this.#output = output
    this.#badRecords = badRecords
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    const output = this.#output
    output.hold()
    try {
      this.#input.processElement(value, timestamp, keyHash)
    } catch (error) {
      output.drop()
      if (output.hasFailedDownstream || !this.#badRecords.take(error, { record: value, timestamp })) throw error
      return
    }
    output.release()
  }

  prepareKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.#input.prepareKeys(keyHashes, start, end)
  }

  processWatermark(timestamp: number): boolean {
    return this.#input.processWatermark(timestamp)
  }

  processWatermarkStatus(status: WatermarkStatus): boolean {
    return this.#input.processWatermarkStatus(status)
  }
}
