import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { createOperator } from '../../../../../src/runtime/taskmanager/task/operator-factory.js'
import type { OneInputStreamOperator } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { chainedTarget, outputTo } from '../../../../../src/runtime/taskmanager/task/chain-outputs.js'
import { bindingOf } from '../../../../operators/operator-harness.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'
import { record } from '../../../../operators/stream-elements.js'

const LENGTH = 10_000

it('a chain of very many maps is one function, generated once, and takes a record through all of them', () => {
  const context = new TestOperatorContext()
  const operators: OneInputStreamOperator[] = []
  for (let count = 0; count < LENGTH; count += 1) {
    const before = operators.at(-1)
    const output =
      before === undefined
        ? context.output
        : outputTo([{ sideOutput: undefined, target: chainedTarget(before, new RowCopier()) }])
    const binding = bindingOf({ kind: 'map', function: { map: (value) => Number(value) + 1 } })
    const surroundings = Object.create(context, { output: { value: output } }) as TestOperatorContext
    operators.push(createOperator(binding, surroundings) as OneInputStreamOperator)
  }
  const head = operators.at(-1)
  head?.processElement(0, 5, 0)
  head?.processElement(1, 6, 0)
  assert.deepEqual(context.output.emitted, [record(LENGTH, 5), record(LENGTH + 1, 6)])
  const generated = operators.filter((operator) => Object.hasOwn(operator, 'processElement'))
  assert.deepEqual(generated, [head])
})
