import assert from 'node:assert/strict'
import { it } from 'node:test'
import { nextStep } from '../../../src/cli/end-on-signals.js'

function stepsOf(...signals: ('SIGINT' | 'SIGTERM')[]): string[] {
  let last: ReturnType<typeof nextStep> | undefined
  return signals.map((signal) => (last = nextStep(signal, last)))
}

it('signals end a job process step by step: SIGTERM from the stop, SIGINT from the cancellation', () => {
  assert.deepEqual(stepsOf('SIGINT', 'SIGINT'), ['cancel', 'exit'])
  assert.deepEqual(stepsOf('SIGTERM', 'SIGTERM', 'SIGTERM'), ['stop', 'cancel', 'exit'])
  assert.deepEqual(stepsOf('SIGTERM', 'SIGINT', 'SIGTERM'), ['stop', 'cancel', 'exit'])
  assert.deepEqual(stepsOf('SIGINT', 'SIGTERM'), ['cancel', 'exit'])
})
