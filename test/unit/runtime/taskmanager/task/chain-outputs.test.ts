import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { outputTo, type OutputTarget } from '../../../../../src/runtime/taskmanager/task/chain-outputs.js'

/** Is not done with a watermark so many times. */
class StoppingTarget implements OutputTarget {
  readonly stageRun = undefined
  readonly calls: unknown[] = []
  readonly collect = (value: unknown): void => {
    this.calls.push(value)
  }
  #refusals: number

  constructor(refusals: number) {
    this.#refusals = refusals
  }

  emitWatermark(timestamp: number): boolean {
    this.calls.push(timestamp)
    this.#refusals -= 1
    return this.#refusals < 0
  }

  emitWatermarkStatus(): void {
    this.calls.push('status')
  }
}

const TAG = 'side'

describe('the output of an operator with several readers', () => {
  it('asks the reader again that was not done with a watermark, and then those after it, each of them once', () => {
    const [first, stopping, side] = [new StoppingTarget(0), new StoppingTarget(2), new StoppingTarget(1)]
    const output = outputTo([
      { sideOutput: undefined, target: first },
      { sideOutput: undefined, target: stopping },
      { sideOutput: TAG, target: side },
    ])
    const answers = Array.from({ length: 4 }, () => output.emitWatermark(5))
    assert.deepEqual(answers, [false, false, false, true])
    assert.deepEqual([first.calls, stopping.calls, side.calls], [[5], [5, 5, 5], [5, 5]])
  })

  it('begins with the first reader when the next watermark comes', () => {
    const targets = [new StoppingTarget(0), new StoppingTarget(1)]
    const output = outputTo(targets.map((target) => ({ sideOutput: undefined, target })))
    while (!output.emitWatermark(5)) assert.equal(targets[1]?.calls.length, 1)
    assert.equal(output.emitWatermark(6), true)
    assert.deepEqual(
      targets.map(({ calls }) => calls),
      [
        [5, 6],
        [5, 5, 6],
      ],
    )
  })

  it('says what its one reader says', () => {
    const target = new StoppingTarget(1)
    const output = outputTo([{ sideOutput: undefined, target }])
    assert.deepEqual([output.emitWatermark(5), output.emitWatermark(5)], [false, true])
  })

  it('has a watermark done that nobody reads', () => {
    assert.equal(outputTo([]).emitWatermark(5), true)
  })
})
