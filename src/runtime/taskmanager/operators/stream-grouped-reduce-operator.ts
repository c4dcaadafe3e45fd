// Duty: the rolling reduce of a keyed stream (reduce, sum, min, max ...): emits what was combined so far at every record.
// Invariants: the first record of a key is stored and emitted unchanged; the result has the timestamp of the record
// that led to it.
// Thread: the task worker that owns the operator.
import { FieldAggregation } from '../../../api/datastream/aggregations.js'
import type { ReduceFunction } from '../../../api/functions/reduce-function.js'
import { ValueStateDescriptor } from '../../../api/state/value-state-descriptor.js'
import type { ValueState } from '../../../api/state/value-state.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import { SingleStageOperator } from './single-stage-operator.js'
import type { OperatorContext } from './stream-operator.js'

/** Flink's name of the state. */
const STATE_NAME = '_op_state'

export class StreamGroupedReduceOperator extends SingleStageOperator {
  readonly #function: ReduceFunction<unknown>
  readonly #backend: KeyedStateBackend
  readonly #type: TypeInformation<unknown> | undefined
  #values: ValueState<unknown> | undefined

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: ReduceFunction<unknown>) {
    super(binding, context, { kind: 'map', method: 'map', function: { map: (value: unknown) => this.#reduce(value) } })
    this.#function = userFunction
    this.#type = binding.outputType
    this.#backend = this.requireKeyedBackend(STATE_NAME)
  }

  override async open(): Promise<void> {
    this.#state()
    await super.open()
  }

  #reduce(value: unknown): unknown {
    const values = this.#values ?? this.#state()
    const current = values.value()
    if (current === null) {
      if (this.#function instanceof FieldAggregation) this.#function.check(value)
      values.update(value)
      return value
    }
    const reduced = this.#function.reduce(current, value)
    this.requireResult(reduced, 'reduce', this.#function)
    values.update(reduced)
    return reduced
  }

  /** Registered when everything was restored. */
  #state(): ValueState<unknown> {
    const descriptor = new ValueStateDescriptor(STATE_NAME, this.#type)
    this.#values ??= this.#backend.getOrCreateKeyedState(descriptor) as ValueState<unknown>
    return this.#values
  }
}
