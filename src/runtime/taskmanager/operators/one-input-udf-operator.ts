// Duty: what operators with one input and one user function share: they are their own only input and pass time on.
// Thread: the task worker that owns the operator.
import type { WatermarkStatus } from '../network/stream-element.js'
import type { Input, OneInputStreamOperator } from './stream-operator.js'
import { UdfStreamOperator } from './udf-stream-operator.js'

export abstract class OneInputUdfOperator extends UdfStreamOperator implements OneInputStreamOperator {
  readonly inputs: readonly Input[] = [this]

  abstract processElement(value: unknown, timestamp: number, keyHash: number): void

  prepareKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.keyedBackend?.prepareKeys(keyHashes, start, end)
  }

  processWatermark(timestamp: number): boolean {
    return this.advanceWatermark(timestamp)
  }

  processWatermarkStatus(status: WatermarkStatus): boolean {
    this.output.emitWatermarkStatus(status)
    return true
  }
}
