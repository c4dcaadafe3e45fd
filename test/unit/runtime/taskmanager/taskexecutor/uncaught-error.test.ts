import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { uncaughtError } from '../../../../../src/runtime/taskmanager/taskexecutor/uncaught-error.js'

const COMES_OF = 'It comes of a timer, a callback or a promise that nobody waits for.'

describe('An error that nobody caught', () => {
  it('names all that it may be of, and has what was thrown as its cause', () => {
    const thrown = new TypeError('no such split.')
    const error = uncaughtError(thrown, [
      'Source: numbers -> Map (1/2)',
      'the coordinator SourceCoordinator of numbers',
    ])
    assert.equal(error.code, 'ERROR_UNCAUGHT')
    assert.equal(error.cause, thrown)
    const running = 'Source: numbers -> Map (1/2), the coordinator SourceCoordinator of numbers'
    assert.equal(
      error.message,
      `Nobody caught an error in a worker that runs ${running}: TypeError: no such split. ${COMES_OF}`,
    )
  })

  it('names a few where many run', () => {
    const error = uncaughtError('thrown', ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    assert.match(error.message, /that runs a, b, c, d, e and 2 more: .*thrown/)
  })

  it('stays as it is where it says already what happened', () => {
    const closed = new FlinkError('STDOUT_CLOSED', { stream: 'stdout' })
    assert.equal(uncaughtError(closed, ['a']), closed)
  })
})
