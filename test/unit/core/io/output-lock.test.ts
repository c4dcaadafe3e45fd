import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OutputLock } from '../../../../src/core/io/output-lock.js'

const RETRY_MS = 100
const RETRIES_OF_A_SECOND = 10

function twoThreads(): { readonly one: OutputLock; readonly other: OutputLock } {
  const memory = new SharedArrayBuffer(8)
  return { one: new OutputLock(memory, 1), other: new OutputLock(memory, 2) }
}

/** Whether the lock is had within so many looks, the holder doing something before each. */
function isHad(lock: OutputLock, looks: number, holder: () => void): boolean {
  for (let look = 0; look < looks; look += 1) {
    holder()
    if (lock.tryAcquire(RETRY_MS)) return true
  }
  return false
}

describe('OutputLock', () => {
  it('belongs to one at a time', () => {
    const { one, other } = twoThreads()
    assert.equal(one.tryAcquire(RETRY_MS), true)
    assert.equal(other.tryAcquire(RETRY_MS), false)
    one.release()
    assert.equal(other.tryAcquire(RETRY_MS), true)
    assert.equal(one.tryAcquire(RETRY_MS), false)
  })

  it('stays with a holder that waits long for its reader', () => {
    const { one, other } = twoThreads()
    one.acquire()
    assert.equal(
      isHad(other, 5 * RETRIES_OF_A_SECOND, () => one.beat()),
      false,
    )
  })

  it('is taken over from a thread that was terminated with it, which cannot give it away any more', () => {
    const { one, other } = twoThreads()
    one.acquire()
    assert.equal(
      isHad(other, RETRIES_OF_A_SECOND, () => undefined),
      false,
    )
    assert.equal(other.tryAcquire(RETRY_MS), true)
    one.release()
    assert.equal(one.tryAcquire(RETRY_MS), false)
  })

  it('wakes nobody for good: a sleeper has it within the time in which a dead holder is noticed', () => {
    const { one, other } = twoThreads()
    one.acquire()
    other.acquire()
    assert.equal(one.tryAcquire(RETRY_MS), false)
  })
})
