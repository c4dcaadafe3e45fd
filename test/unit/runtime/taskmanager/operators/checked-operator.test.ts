import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkedOperator } from '../../../../../src/runtime/taskmanager/operators/checked-operator.js'

describe('What the factory of an operator gave', () => {
  it('is taken where it has a list of inputs', () => {
    const operator = { inputs: [] }
    assert.equal(checkedOperator(operator, 'numbers'), operator)
  })

  for (const [what, given, told] of [
    ['undefined', undefined, /^The factory of numbers gave undefined, which is no operator/],
    [
      'an object without inputs',
      { open: () => undefined },
      /^The factory of numbers gave .+ without a list of inputs, /,
    ],
    ['one whose inputs are no list', { inputs: 1 }, /without a list of inputs/],
  ] as const) {
    it(`is refused with its operator where it is ${what}`, () => {
      assert.throws(() => checkedOperator(given, 'numbers'), { code: 'OPERATOR_INVALID', message: told })
    })
  }
})
