import assert from 'node:assert/strict'
import { AbstractStreamOperator } from '../../src/api/operators/abstract-stream-operator.js'
import type { OneInputStreamOperator } from '../../src/api/operators/one-input-stream-operator.js'
import type { StreamRecord } from '../../src/api/operators/stream-record.js'
import { FlinkError, type ErrorCode } from '../../src/core/errors/flink-error.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf } from './operator-harness.js'

export async function harnessOf(
  operator: OneInputStreamOperator<never, unknown>,
): Promise<OneInputStreamOperatorTestHarness> {
  const userFunction = operator as OneInputStreamOperator<unknown, unknown>
  return new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'own-one-input', function: userFunction })).open()
}

export function isError(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, message)
    return true
  }
}

/** Does with each record what it was given to do. */
export class Doing extends AbstractStreamOperator<unknown> implements OneInputStreamOperator<unknown, unknown> {
  readonly #act: (operator: Doing, element: StreamRecord<unknown>) => unknown
  constructor(act: (operator: Doing, element: StreamRecord<unknown>) => unknown) {
    super()
    this.#act = act
  }
  get out(): Doing['output'] {
    return this.output
  }
  processElement(element: StreamRecord<unknown>): void {
    return this.#act(this, element) as undefined
  }
}
