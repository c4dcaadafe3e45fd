/**
 * An operator with two inputs that are keyed each in its own way: counts the records of a key by the input that they came
 * through, in keyed state, and emits both counts with each of them. Its time is that of both.
 */
import type { OperatorSpec } from '../../../src/api/dag/operator-spec.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { OperatorBinding } from '../../../src/graph/program-graph.js'
import { CombinedWatermark } from '../../../src/runtime/taskmanager/operators/combined-watermark.js'
import type { Input, OperatorContext } from '../../../src/runtime/taskmanager/operators/stream-operator.js'
import { UdfStreamOperator } from '../../../src/runtime/taskmanager/operators/udf-stream-operator.js'

export type Sides = readonly [key: number, left: number, right: number]

export function countBySide(): OperatorSpec {
  const createStreamOperator = (binding: unknown, context: unknown): object =>
    new CountBySide(binding as OperatorBinding, context as OperatorContext)
  return { kind: 'factory', factory: { createStreamOperator }, functions: [{}] }
}

class CountBySide extends UdfStreamOperator {
  readonly inputs: readonly Input[]
  readonly #binding: OperatorBinding
  readonly #time: CombinedWatermark
  #counts: ValueState<Sides> | undefined

  constructor(binding: OperatorBinding, context: OperatorContext) {
    super(binding, context)
    this.#binding = binding
    this.#time = new CombinedWatermark(binding.keys.length, {
      advance: (timestamp) => context.output.emitWatermark(timestamp),
      emitWatermarkStatus: (status) => {
        context.output.emitWatermarkStatus(status)
      },
    })
    this.inputs = binding.keys.map((_, number) => this.#input(number))
  }

  override async open(): Promise<void> {
    const state = this.requireKeyedBackend('counts').getOrCreateKeyedState(new ValueStateDescriptor<Sides>('counts'))
    this.#counts = state as ValueState<Sides>
    await super.open()
  }

  #input(number: number): Input {
    return {
      processElement: (value, timestamp, keyHash) => {
        this.#count(value, number, { timestamp, keyHash })
      },
      prepareKeys: (keyHashes, start, end) => this.keyedBackend?.prepareKeys(keyHashes, start, end),
      processWatermark: (timestamp) => this.#time.onWatermark(timestamp, number),
      processWatermarkStatus: (status) => this.#time.onStatus(status, number),
    }
  }

  #count(value: unknown, number: number, { timestamp, keyHash }: { timestamp: number; keyHash: number }): void {
    const key = this.#binding.keys[number]?.select(value) as number
    this.keyedBackend?.setCurrentKey(key, keyHash)
    const [, left, right] = this.#counts?.value() ?? [key, 0, 0]
    const counts: Sides = number === 0 ? [key, left + 1, right] : [key, left, right + 1]
    this.#counts?.update(counts)
    this.output.collect(counts, timestamp)
  }
}
