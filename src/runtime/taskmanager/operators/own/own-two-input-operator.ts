// Duty: an own operator of two streams, keyed or not.
// Invariants: a record of a keyed input has its key as the current one; with a record of an input without key there is none.
// Thread: the task worker that owns the operator.
import { Watermark } from '../../../../api/eventtime/watermark.js'
import { StreamRecord } from '../../../../api/operators/stream-record.js'
import type { TwoInputStreamOperator as OwnersTwoInput } from '../../../../api/operators/two-input-stream-operator.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import { NO_TIMESTAMP, type WatermarkStatus } from '../../network/stream-element.js'
import { CombinedWatermark } from '../combined-watermark.js'
import type { Input, OperatorContext } from '../stream-operator.js'
import { KeyTypes } from '../two-input/key-types.js'
import { OwnStreamOperator, type OwnOperator } from './own-stream-operator.js'

export type OwnTwoInput = OwnOperator & OwnersTwoInput<unknown, unknown, unknown> & TimeAsAWhole

/** What the base of own operators calls for the time of both inputs. */
interface TimeAsAWhole {
  processWatermark(mark: Watermark): void
  processWatermarkStatus(status: WatermarkStatus): void
}

interface InputMethods {
  readonly element: 'processElement1' | 'processElement2'
  readonly watermark: 'processWatermark1' | 'processWatermark2'
  readonly status: 'processWatermarkStatus1' | 'processWatermarkStatus2'
}

const FIRST: InputMethods = {
  element: 'processElement1',
  watermark: 'processWatermark1',
  status: 'processWatermarkStatus1',
}
const SECOND: InputMethods = {
  element: 'processElement2',
  watermark: 'processWatermark2',
  status: 'processWatermarkStatus2',
}

export class OwnTwoInputOperator extends OwnStreamOperator<OwnTwoInput> {
  readonly inputs: readonly [Input, Input]
  readonly #combined: CombinedWatermark
  readonly #keyTypes = new KeyTypes(this.name)

  constructor(binding: OperatorBinding, context: OperatorContext, owners: OwnTwoInput) {
    super(binding, context, owners)
    this.#combined = new CombinedWatermark(2, {
      advance: (timestamp) => {
        // What is not done then is with the operator's time, which the input asks.
        this.owners.processWatermark(new Watermark(timestamp))
        return true
      },
      emitWatermarkStatus: (status) => {
        this.owners.processWatermarkStatus(status)
      },
    })
    this.inputs = [this.#input(0, binding, FIRST), this.#input(1, binding, SECOND)]
  }

  protected override combineWatermark(timestamp: number, input: 0 | 1): void {
    this.#combined.onWatermark(timestamp, input)
  }

  protected override combineWatermarkStatus(status: WatermarkStatus, input: 0 | 1): void {
    this.#combined.onStatus(status, input)
  }

  #input(number: 0 | 1, { keys }: OperatorBinding, methods: InputMethods): Input {
    const backend = this.keyedBackend
    const key = keys[number]
    return {
      processElement: (value, timestamp, keyHash) => {
        try {
          if (key === undefined) backend?.clearCurrentKey()
          else {
            const selected = key.select(value)
            this.#keyTypes.note(number, selected, key)
            backend?.setCurrentKey(selected, keyHash)
          }
          const record = new StreamRecord(value, timestamp === NO_TIMESTAMP ? null : timestamp)
          const result: unknown = this.owners[methods.element](record)
          this.refuseResults(result, methods.element, this.owners)
        } catch (error) {
          throw this.failed(error)
        }
      },
      prepareKeys: (keyHashes, start, end) => {
        if (key !== undefined) backend?.prepareKeys(keyHashes, start, end)
      },
      processWatermark: (timestamp) => {
        if (!this.time.isFiring) {
          this.leaveKey()
          this.call(methods.watermark, () => this.owners[methods.watermark](new Watermark(timestamp)))
          if (!this.time.isFiring) return true
        }
        return this.time.continue()
      },
      processWatermarkStatus: (status) => {
        if (!this.time.isFiring) {
          this.leaveKey()
          this.call(methods.status, () => this.owners[methods.status](status))
          if (!this.time.isFiring) return true
        }
        return this.time.continue()
      },
    }
  }
}
