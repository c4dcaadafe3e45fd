import assert from 'node:assert/strict'
import { it } from 'node:test'
import { nextStep, signalHandler, untakenSignalHandler } from '../../../src/cli/job/end-on-signals.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'

type Signal = Parameters<typeof nextStep>[0]

function stepsOf(...signals: Signal[]): (string | undefined)[] {
  let last: ReturnType<typeof nextStep> | undefined
  return signals.map((signal) => {
    const step = nextStep(signal, last)
    last = step ?? last
    return step
  })
}

/** What a job process is told by signals that come at the given times. */
function actionsOf(...signals: readonly (readonly [atMs: number, signal: Signal])[]): string[] {
  const clock = new ManualClock()
  const actions: string[] = []
  const handle = signalHandler(
    { stop: () => actions.push('stop'), cancel: () => actions.push('cancel') },
    { clock, tell: (text) => actions.push(text), exit: (code) => actions.push(`exit ${String(code)}`) },
  )
  for (const [atMs, signal] of signals) {
    clock.advance(atMs - clock.now())
    handle(signal)
  }
  return actions.filter((action) => !action.endsWith('\n'))
}

it('signals end a job process step by step: SIGTERM from the stop, SIGINT from the cancellation', () => {
  assert.deepEqual(stepsOf('SIGINT', 'SIGINT'), ['cancel', 'exit'])
  assert.deepEqual(stepsOf('SIGTERM', 'SIGTERM', 'SIGTERM'), ['stop', 'cancel', 'exit'])
  assert.deepEqual(stepsOf('SIGTERM', 'SIGINT', 'SIGTERM'), ['stop', 'cancel', 'exit'])
  assert.deepEqual(stepsOf('SIGINT', 'SIGTERM'), ['cancel', 'exit'])
})

it('the end of the terminal stops a job process, once', () => {
  assert.deepEqual(stepsOf('SIGHUP', 'SIGHUP', 'SIGTERM', 'SIGHUP'), ['stop', undefined, 'cancel', undefined])
})

it('signals of one burst are one: a wish that is sent twice is no impatience', () => {
  assert.deepEqual(actionsOf([0, 'SIGINT'], [1, 'SIGINT'], [499, 'SIGINT']), ['cancel'])
  assert.deepEqual(actionsOf([0, 'SIGTERM'], [3, 'SIGTERM'], [20, 'SIGINT']), ['stop'])
  assert.deepEqual(actionsOf([0, 'SIGINT'], [10, 'SIGINT'], [500, 'SIGINT']), ['cancel', 'exit 130'])
  assert.deepEqual(actionsOf([0, 'SIGTERM'], [600, 'SIGTERM'], [601, 'SIGTERM'], [1200, 'SIGTERM']), [
    'stop',
    'cancel',
    'exit 143',
  ])
})

it('signals that no job process takes any more end the process, but for the rest of a burst that one has heard', () => {
  const clock = new ManualClock()
  const ends: string[] = []
  let isTaken = false
  const handler = (): ReturnType<typeof untakenSignalHandler> =>
    untakenSignalHandler({
      clock,
      isTaken: () => isTaken,
      taken: () => ends.push('taken'),
      exit: (code) => ends.push(`exit ${String(code)}`),
    })
  handler()('SIGTERM')
  assert.deepEqual(ends, ['exit 143'])
  const handle = handler()
  isTaken = true
  handle('SIGINT')
  clock.advance(1)
  handle('SIGINT')
  isTaken = false
  clock.advance(499)
  handle('SIGINT')
  assert.deepEqual(ends, ['exit 143', 'taken'])
  clock.advance(1)
  handle('SIGINT')
  assert.deepEqual(ends, ['exit 143', 'taken', 'exit 130'])
})
