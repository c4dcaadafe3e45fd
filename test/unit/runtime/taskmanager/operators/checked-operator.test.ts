import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkedOperator } from '../../../../../src/runtime/taskmanager/operators/checked-operator.js'

const nothing = (): undefined => undefined

const INPUT = {
  processElement: nothing,
  prepareKeys: nothing,
  processWatermark: nothing,
  processWatermarkStatus: nothing,
}

const METHODS = {
  initializeState: nothing,
  open: nothing,
  prepareSnapshotPreBarrier: nothing,
  snapshotState: nothing,
  notifyCheckpointComplete: nothing,
  notifyCheckpointAborted: nothing,
  finish: nothing,
  close: nothing,
}

const SOURCE = { ...METHODS, inputs: [], emitNext: nothing, advanceToEndOfTime: nothing, cancel: nothing }

function binding(numInputs: number) {
  return { name: 'numbers', keys: Array.from({ length: numInputs }, () => undefined) }
}

class Halved {
  readonly inputs = [INPUT]
  open(): void {
    // The other methods are missing.
  }
}

describe('What the factory of an operator gave', () => {
  it('is taken where it has all methods, and inputs as many as the plan', () => {
    assert.equal(checkedOperator(SOURCE, binding(0)), SOURCE)
    const joining = { ...METHODS, inputs: [INPUT, INPUT] }
    assert.equal(checkedOperator(joining, binding(2)), joining)
  })

  const gave = 'The factory of numbers gave'
  for (const [what, given, numInputs, told] of [
    ['undefined', undefined, 1, `${gave} undefined, which is no operator. An operator has the methods of `],
    ['an object without inputs', METHODS, 1, `${gave} an object of class Object without a list of inputs, which is no`],
    ['one whose inputs are no list', { inputs: 1 }, 1, 'without a list of inputs'],
    ['one with too few inputs', { ...METHODS, inputs: [INPUT] }, 2, 'with 1 inputs, of which the plan has 2, which'],
    ['a source in the middle of a plan', SOURCE, 1, 'with 0 inputs, of which the plan has 1, which'],
    [
      'a source that emits nothing',
      { ...METHODS, inputs: [] },
      0,
      'without emitNext(), advanceToEndOfTime(), cancel()',
    ],
    ['an operator that lacks methods', new Halved(), 1, 'an object of class Halved without initializeState(), prepare'],
    [
      'one with an input that is none',
      { ...METHODS, inputs: [INPUT, undefined] },
      2,
      'whose inputs[1] has no processE',
    ],
    [
      'one with an input that takes no watermarks',
      { ...METHODS, inputs: [{ ...INPUT, processWatermark: undefined }] },
      1,
      'whose inputs[0] has no processWatermark(), which is no operator.',
    ],
    ['an object without a class', Object.create(null), 1, 'an object without a class without a list of inputs'],
  ] as const) {
    it(`is refused with its operator where it is ${what}`, () => {
      const isTold = (error: Error): boolean => error.message.includes(told)
      assert.throws(() => checkedOperator(given, binding(numInputs)), { code: 'OPERATOR_INVALID' })
      assert.throws(() => checkedOperator(given, binding(numInputs)), isTold)
    })
  }
})
