/**
 * Base of the operators that tests bring along (kind `operator`): the one file of the tests that knows what the engine's own
 * operators are derived from. State is that of the function, which gets it in its hooks as every function does.
 */
import type { OperatorSpec } from '../../src/api/dag/operator-spec.js'
import type { KeySpec } from '../../src/api/dag/key-spec.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'
import type { Input, OperatorContext } from '../../src/runtime/taskmanager/operators/stream-operator.js'
import { UdfStreamOperator } from '../../src/runtime/taskmanager/operators/udf-stream-operator.js'

export abstract class EngineOperator<UserFunction extends object> extends UdfStreamOperator {
  readonly inputs: readonly Input[]
  protected readonly userFunction: UserFunction
  readonly #keys: readonly (KeySpec | undefined)[]

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: UserFunction) {
    super(binding, context)
    this.userFunction = userFunction
    this.#keys = binding.keys
    this.inputs = binding.keys.map((_, index) => this.#inputOf(index))
  }

  /** The key of the record is the current one. */
  protected abstract onElement(input: number, value: unknown, timestamp: number): void
  /** As `Input`'s. */
  protected abstract onWatermark(input: number, timestamp: number): boolean

  protected onStatus(_input: number, status: WatermarkStatus): void {
    this.output.emitWatermarkStatus(status)
  }

  #inputOf(index: number): Input {
    const key = this.#keys[index]
    return {
      processElement: (value, timestamp, keyHash) => {
        if (key !== undefined) this.keyedBackend?.setCurrentKey(key.select(value), keyHash)
        this.onElement(index, value, timestamp)
      },
      prepareKeys: (keyHashes, start, end) => this.keyedBackend?.prepareKeys(keyHashes, start, end),
      processWatermark: (timestamp) => this.onWatermark(index, timestamp),
      processWatermarkStatus: (status) => {
        this.onStatus(index, status)
        return true
      },
    }
  }
}

type OperatorClass<UserFunction extends object> = new (
  binding: OperatorBinding,
  context: OperatorContext,
  userFunction: UserFunction,
) => EngineOperator<UserFunction>

/** How a program would name such an operator. */
export function specOf<UserFunction extends object>(
  operatorClass: OperatorClass<UserFunction>,
  userFunction: UserFunction,
): OperatorSpec {
  const factory = {
    createStreamOperator: (binding: unknown, context: unknown) =>
      new operatorClass(binding as OperatorBinding, context as OperatorContext, userFunction),
  }
  return { kind: 'factory', factory, functions: [userFunction] }
}
