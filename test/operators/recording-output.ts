/**
 * Keeps what an operator emitted, and has as much room as a test gives it. Room is counted by calls of the operator: what
 * stands downstream reads between two of them. What an operator may not do is kept as `violation` as well as thrown, since the
 * operator may wrap what is thrown in an error of its own.
 */
import assert from 'node:assert/strict'
import type { WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'
import type { Output } from '../../src/runtime/taskmanager/operators/output.js'
import {
  record,
  sideRecord,
  status,
  watermark,
  type OutputElement,
  type RecordElement,
  type SideRecordElement,
} from './stream-elements.js'

export interface OutputRoom {
  /** How many elements there is room for in the n-th call (from 1); an output with none is full from its beginning. */
  readonly slots: (call: number) => number
  /** How many times a chained operator says of each watermark that it is not done, before it is. */
  readonly watermarkRefusals: number
}

/** More than any case emits in one call: whoever emits as many does so without end. */
export const WITHOUT_END = 100_000

export const UNLIMITED: OutputRoom = { slots: () => WITHOUT_END, watermarkRefusals: 0 }
export const ONE_SLOT: OutputRoom = { slots: () => 1, watermarkRefusals: 0 }
/** One slot, and full in every other call before that begins. */
export const EVERY_OTHER_CALL: OutputRoom = { slots: (call) => call % 2, watermarkRefusals: 0 }
export const WATERMARKS_REFUSED: OutputRoom = { ...UNLIMITED, watermarkRefusals: 2 }

export class RecordingOutput implements Output {
  readonly stageRun = undefined
  /** What was emitted and not taken yet. */
  readonly emitted: OutputElement[] = []
  /** Grows with every element that was emitted or refused. */
  progress = 0
  violation: Error | undefined
  readonly #room: OutputRoom
  readonly #isForced: () => boolean
  #calls = 0
  #slots: number
  #used = 0
  #overdraft = WITHOUT_END
  #barrierAt = 0
  #watermark = Number.NEGATIVE_INFINITY
  #refusals = 0
  #refused: number | undefined
  /** A chained operator waits for room: until the next call there is none. */
  #isBlocked = false

  /** `isForced`: elements are emitted now that cannot wait for room. */
  constructor(room: OutputRoom = UNLIMITED, isForced: () => boolean = () => false) {
    this.#room = room
    this.#isForced = isForced
    this.#slots = room.slots(1)
  }

  get isAvailable(): boolean {
    return this.#used < this.#slots && !this.#isBlocked
  }

  /** The watermark that a chained operator was not done with. */
  get refusedWatermark(): number | undefined {
    return this.#refused
  }

  /** A call of the operator begins, in which it may emit `overdraft` elements more than there is room for. */
  beginCall(overdraft: number): void {
    this.#calls += 1
    this.#slots = this.#room.slots(this.#calls)
    this.#used = 0
    this.#isBlocked = false
    this.#overdraft = overdraft
  }

  /** Everything was read downstream: there is room until the next call begins. */
  drain(): void {
    this.#slots = Math.max(1, this.#slots)
    this.#used = 0
    this.#isBlocked = false
    this.#overdraft = WITHOUT_END
  }

  /** What was emitted until now lies before the barrier of a checkpoint. */
  markBarrier(): void {
    this.#barrierAt = this.emitted.length
  }

  take(): OutputElement[] {
    this.#barrierAt = 0
    return this.emitted.splice(0)
  }

  takeBeforeBarrier(): OutputElement[] {
    const taken = this.emitted.splice(0, this.#barrierAt)
    this.#barrierAt = 0
    return taken
  }

  values(): unknown[] {
    return this.emitted.filter((element) => element.kind === 'record').map(({ value }) => value)
  }

  /** With timestamps, in the order in which they were emitted. */
  records(): (RecordElement | SideRecordElement)[] {
    return this.emitted.filter((element) => element.kind === 'record' || element.kind === 'side-record')
  }

  collect(value: unknown, timestamp: number): void {
    this.#add(record(value, timestamp))
  }

  collectSideOutput(tag: string, value: unknown, timestamp: number): void {
    this.#add(sideRecord(tag, value, timestamp))
  }

  emitWatermark(timestamp: number): boolean {
    if (this.#refused !== undefined && this.#refused !== timestamp) {
      this.#fail(`emitted watermark ${timestamp} although watermark ${this.#refused} was not done downstream`)
    }
    const isAgain = this.#refused === timestamp
    if (isAgain && this.#isBlocked && !this.#isForced())
      this.#fail(`emitted watermark ${timestamp} again before there was room for it`)
    if (this.#refusals < this.#room.watermarkRefusals) {
      this.#refusals += 1
      this.#refused = timestamp
      this.#isBlocked = true
      this.progress += 1
      return false
    }
    this.#refusals = 0
    this.#refused = undefined
    if (timestamp <= this.#watermark) this.#fail(`emitted watermark ${timestamp} after watermark ${this.#watermark}`)
    this.#watermark = timestamp
    this.#add(watermark(timestamp))
    return true
  }

  emitWatermarkStatus(to: WatermarkStatus): void {
    this.#add(status(to))
  }

  #add(element: OutputElement): void {
    if (this.#refused !== undefined) {
      this.#fail(`emitted a ${element.kind} although watermark ${this.#refused} was not done downstream`)
    }
    if (this.#used >= this.#slots + this.#overdraft && !this.#isForced()) {
      this.#fail(`emitted ${this.#used - this.#slots + 1} elements in one call although its output was full`)
    }
    this.emitted.push(element)
    this.#used += 1
    this.progress += 1
  }

  #fail(what: string): never {
    try {
      assert.fail(`the operator ${what}`)
    } catch (error) {
      this.violation ??= error as Error
      throw error
    }
  }
}
