import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ClosingStack } from '../../../src/cluster/closing-stack.js'

it('a ClosingStack closes the last that was opened first, each whatever happened to the others, and each once', async () => {
  const done: string[] = []
  const closing = new ClosingStack((error) => done.push(String(error)))
  const opened = (name: string, error?: Error): void => {
    closing.push(() => {
      done.push(name)
      if (error !== undefined) throw error
    })
  }
  opened('first')
  opened('second', new Error('stuck'))
  closing.push(() => Promise.reject(new Error('later')))
  closing.push(() => {
    opened('found while closing')
  })
  await closing.close()
  assert.deepEqual(done, ['found while closing', 'Error: later', 'second', 'Error: stuck', 'first'])
  await closing.close()
  assert.equal(done.length, 5)
})
