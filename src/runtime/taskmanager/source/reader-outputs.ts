// Duty: what the reader of a source emits to, for itself and for each of its splits.
// Thread: the task worker that owns the task.
import type { ReaderOutput, SourceOutput } from '../../../api/connector/source/reader-output.js'
import { Watermark } from '../../../api/eventtime/watermark.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { SourceMainOutput } from './source-main-output.js'

/** Records and time of the reader go on as they come. */
export class ReaderOutputs implements ReaderOutput<unknown> {
  readonly #output: SourceMainOutput

  constructor(output: SourceMainOutput) {
    this.#output = output
  }

  collect(record: unknown, timestampMs: number = NO_TIMESTAMP): void {
    this.#output.collect(record, timestampMs)
  }

  emitWatermark(watermark: Watermark | number): void {
    this.#output.emitWatermark(watermark instanceof Watermark ? watermark.getTimestamp() : watermark)
  }

  markIdle(): void {
    this.#output.setStatus('idle')
  }

  markActive(): void {
    this.#output.setStatus('active')
  }

  createOutputForSplit(_splitId: string): SourceOutput<unknown> {
    return this
  }

  releaseOutputForSplit(_splitId: string): void {
    // It had none of its own.
  }
}
