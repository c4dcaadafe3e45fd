// Duty: the output of an own operator, in the form of Flink's interface.
// Invariants: nothing is kept of a record once `collect` has returned.
// Thread: the task worker that owns the operator.
import type { Watermark } from '../../../../api/eventtime/watermark.js'
import type { OutputTag } from '../../../../api/functions/output-tag.js'
import { hasMethods } from '../../../../api/functions/has-methods.js'
import type { Output as OwnersOutput } from '../../../../api/operators/output.js'
import type { StreamRecord } from '../../../../api/operators/stream-record.js'
import type { WatermarkStatus } from '../../../../api/operators/watermark-status.js'
import { describeValue } from '../../../../core/errors/describe-value.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { timestampOf } from '../../eventtime/watermark-timestamp.js'
import type { Output } from '../output.js'
import { tagIdOf } from '../side-output-tag.js'
import { checkedStatus, timestampOfRecord } from './own-arguments.js'
import type { OwnTime } from './own-time.js'

export class OwnOutput implements OwnersOutput<unknown> {
  readonly #operator: string
  readonly #output: Output
  readonly #time: OwnTime

  constructor(operator: string, output: Output, time: OwnTime) {
    this.#operator = operator
    this.#output = output
    this.#time = time
  }

  collect<X>(first: StreamRecord<unknown> | OutputTag<X>, side?: StreamRecord<X>): void {
    const record: unknown = side ?? first
    if (!isRecord(record)) {
      throw new FlinkError('OPERATOR_OUTPUT_INVALID', { operator: this.#operator, given: describeValue(record) })
    }
    this.#time.beforeRecord()
    const timestamp = timestampOfRecord(record)
    if (side === undefined) this.#output.collect(record.getValue(), timestamp)
    else this.#output.collectSideOutput(tagIdOf(first as OutputTag<X>, 'output.collect'), record.getValue(), timestamp)
  }

  emitWatermark(mark: Watermark): void {
    this.#time.emitWatermark(timestampOf(mark))
  }

  emitWatermarkStatus(status: WatermarkStatus): void {
    this.#time.emitStatus(checkedStatus(status, 'emitWatermarkStatus'))
  }
}

function isRecord(candidate: unknown): candidate is StreamRecord<unknown> {
  return hasMethods(candidate, 'getValue', 'getTimestamp')
}
