// Duty: an own operator of one stream, keyed or not.
// Invariants: a record is a StreamRecord of its own: the operator may keep it, change it or emit it.
// Thread: the task worker that owns the operator.
import { Watermark } from '../../../../api/eventtime/watermark.js'
import type { OneInputStreamOperator as OwnersOneInput } from '../../../../api/operators/one-input-stream-operator.js'
import { StreamRecord } from '../../../../api/operators/stream-record.js'
import { NO_TIMESTAMP, type WatermarkStatus } from '../../network/stream-element.js'
import type { Input, OneInputStreamOperator } from '../stream-operator.js'
import { OwnStreamOperator, type OwnOperator } from './own-stream-operator.js'

export type OwnOneInput = OwnOperator & OwnersOneInput<unknown, unknown>

export class OwnOneInputOperator extends OwnStreamOperator<OwnOneInput> implements OneInputStreamOperator {
  readonly inputs: readonly Input[] = [this]

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    try {
      this.setCurrentKey(value, keyHash)
      const record = new StreamRecord(value, timestamp === NO_TIMESTAMP ? null : timestamp)
      const result: unknown = this.owners.processElement(record)
      this.refuseResults(result, 'processElement', this.owners)
    } catch (error) {
      throw this.failed(error)
    }
  }

  prepareKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.keyedBackend?.prepareKeys(keyHashes, start, end)
  }

  processWatermark(timestamp: number): boolean {
    if (!this.time.isFiring) {
      this.leaveKey()
      this.call('processWatermark', () => this.owners.processWatermark(new Watermark(timestamp)))
      if (!this.time.isFiring) return true
    }
    return this.time.continue()
  }

  processWatermarkStatus(status: WatermarkStatus): boolean {
    this.leaveKey()
    this.call('processWatermarkStatus', () => this.owners.processWatermarkStatus(status))
    return true
  }
}
