// Duty: the outputs that operators of a chain write to: a chained operator, a channel edge, several of them, or a side
// output's readers only.
// Invariants: calls go straight down; a side output reaches exactly those who read its tag. Each chained reader gets a copy
// of its own, so that nobody sees what another function does with the object later; with `pipeline.object-reuse` all of
// them get the object itself.
// Thread: the task's worker.
import type { Copier } from '../../../core/types/copier.js'
import type { RecordBatch } from '../network/record-batch.js'
import type { RecordWriter } from '../network/record-writer.js'
import type { WatermarkStatus } from '../network/stream-element.js'
import { stageRunThrough, type StageRun } from '../operators/stage-run.js'
import type { Output } from '../operators/output.js'
import type { Input } from '../operators/stream-operator.js'

/** One reader of an operator's output: all records, or those of one side output. */
export interface OutputReader {
  /** Undefined: the main output. */
  readonly sideOutput: string | undefined
  readonly target: OutputTarget
}

/** Where an output leads. */
export interface OutputTarget {
  readonly stageRun: StageRun | undefined
  readonly collect: (value: unknown, timestamp: number) => void
  /** As `Output`'s. */
  readonly collectBatch?: (batch: RecordBatch) => boolean
  /** As `Output`'s. */
  emitWatermark(timestamp: number): boolean
  emitWatermarkStatus(status: WatermarkStatus): void
}

/** Without a copier records are handed on by reference. */
export function chainedTarget(input: Input, copier: Copier | undefined): OutputTarget {
  const { stageRun } = input
  return {
    stageRun: stageRun === undefined ? undefined : stageRunThrough(copier, stageRun),
    collect:
      copier === undefined
        ? (value, timestamp) => {
            input.processElement(value, timestamp, 0)
          }
        : (value, timestamp) => {
            input.processElement(copier.copy(value), timestamp, 0)
          },
    emitWatermark: (timestamp) => input.processWatermark(timestamp),
    emitWatermarkStatus: (status) => {
      input.processWatermarkStatus(status)
    },
  }
}

export function networkTarget(writer: RecordWriter): OutputTarget {
  return {
    stageRun: undefined,
    collect: (value, timestamp) => {
      writer.emit(value, timestamp)
    },
    collectBatch: (batch) => writer.emitBatch(batch),
    emitWatermark: (timestamp) => {
      writer.broadcastWatermark(timestamp)
      return true
    },
    emitWatermarkStatus: (status) => {
      writer.broadcastWatermarkStatus(status)
    },
  }
}

/** The output of one operator to its readers, in the order of the program. */
export function outputTo(readers: readonly OutputReader[]): Output {
  const [only] = readers
  if (readers.length === 1 && only?.sideOutput === undefined && only !== undefined) return new SingleOutput(only.target)
  return new ManyOutputs(readers)
}

class SingleOutput implements Output {
  readonly stageRun: StageRun | undefined
  /** The target's own function: one call less a record. */
  readonly collect: (value: unknown, timestamp: number) => void
  readonly #target: OutputTarget

  constructor(target: OutputTarget) {
    this.stageRun = target.stageRun
    this.collect = target.collect
    this.#target = target
  }

  collectBatch(batch: RecordBatch): boolean {
    return this.#target.collectBatch?.(batch) === true
  }

  collectSideOutput(): void {
    // Nobody reads a side output of this operator.
  }

  emitWatermark(timestamp: number): boolean {
    return this.#target.emitWatermark(timestamp)
  }

  emitWatermarkStatus(status: WatermarkStatus): void {
    this.#target.emitWatermarkStatus(status)
  }
}

class ManyOutputs implements Output {
  readonly stageRun = undefined
  readonly #main: readonly OutputTarget[]
  readonly #sides: ReadonlyMap<string, readonly OutputTarget[]>
  readonly #all: readonly OutputTarget[]
  /** The first of all that is not done with the watermark at hand. */
  #watermarkTarget = 0

  constructor(readers: readonly OutputReader[]) {
    const sides = new Map<string, OutputTarget[]>()
    for (const { sideOutput, target } of readers) {
      if (sideOutput !== undefined) sides.set(sideOutput, [...(sides.get(sideOutput) ?? []), target])
    }
    this.#main = readers.filter((reader) => reader.sideOutput === undefined).map((reader) => reader.target)
    this.#sides = sides
    this.#all = readers.map((reader) => reader.target)
  }

  collect(value: unknown, timestamp: number): void {
    for (const target of this.#main) target.collect(value, timestamp)
  }

  collectSideOutput(tag: string, value: unknown, timestamp: number): void {
    for (const target of this.#sides.get(tag) ?? []) target.collect(value, timestamp)
  }

  emitWatermark(timestamp: number): boolean {
    for (; this.#watermarkTarget < this.#all.length; this.#watermarkTarget += 1) {
      if (this.#all[this.#watermarkTarget]?.emitWatermark(timestamp) === false) return false
    }
    this.#watermarkTarget = 0
    return true
  }

  emitWatermarkStatus(status: WatermarkStatus): void {
    for (const target of this.#all) target.emitWatermarkStatus(status)
  }
}
