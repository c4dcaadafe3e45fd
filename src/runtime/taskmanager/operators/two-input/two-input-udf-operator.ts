// Duty: what operators with two inputs and one user function share: the inputs, the key of each, one time out of both.
// Invariants: a record of a keyed input has its key as the current one; with a record of an input without key there is no current
// key, whatever came before it. What is thrown leaves as the one error that names the operator.
// Thread: the task worker that owns the operator.
import type { KeySpec } from '../../../../api/dag/key-spec.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import { CombinedWatermark } from '../combined-watermark.js'
import { KeyTypes } from './key-types.js'
import type { Input, OperatorContext } from '../stream-operator.js'
import { TimestampedCollector } from '../timestamped-collector.js'
import { UdfStreamOperator } from '../udf-stream-operator.js'

type ProcessValue = (value: unknown) => void

interface InputFacts {
  readonly number: 0 | 1
  readonly key: KeySpec | undefined
  readonly time: CombinedWatermark
}

export abstract class TwoInputUdfOperator extends UdfStreamOperator {
  readonly inputs: readonly [Input, Input]
  /** Knows the timestamp of the record at hand. */
  protected readonly collector: TimestampedCollector
  readonly #keyTypes = new KeyTypes(this.name)

  constructor(binding: OperatorBinding, context: OperatorContext) {
    super(binding, context)
    this.collector = new TimestampedCollector(context.output)
    const time = new CombinedWatermark(2, {
      advance: (timestamp) => this.advanceWatermark(timestamp),
      emitWatermarkStatus: (status) => {
        this.output.emitWatermarkStatus(status)
      },
    })
    const [key1, key2] = binding.keys
    this.inputs = [
      this.#input({ number: 0, key: key1, time }, (value) => {
        this.processElement1(value)
      }),
      this.#input({ number: 1, key: key2, time }, (value) => {
        this.processElement2(value)
      }),
    ]
  }

  protected abstract processElement1(value: unknown): void
  protected abstract processElement2(value: unknown): void

  #input({ number, key, time }: InputFacts, processElement: ProcessValue): Input {
    const backend = this.keyedBackend
    const { collector } = this
    const keyTypes = this.#keyTypes
    return {
      processElement: (value, timestamp, keyHash) => {
        collector.timestamp = timestamp
        try {
          if (key === undefined) backend?.clearCurrentKey()
          else {
            const selected = key.select(value)
            keyTypes.note(number, selected, key)
            backend?.setCurrentKey(selected, keyHash)
          }
          processElement(value)
        } catch (error) {
          throw this.failed(error)
        }
      },
      prepareKeys: (keyHashes, start, end) => {
        if (key !== undefined) backend?.prepareKeys(keyHashes, start, end)
      },
      processWatermark: (timestamp) => time.onWatermark(timestamp, number),
      processWatermarkStatus: (status) => time.onStatus(status, number),
    }
  }
}
