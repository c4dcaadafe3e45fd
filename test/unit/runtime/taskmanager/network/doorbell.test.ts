import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { DoorbellOwner, ringBell } from '../../../../../src/runtime/taskmanager/network/doorbell.js'

const noWork = (): boolean => false

describe('A doorbell', () => {
  it('wakes its sleeping owner once', async () => {
    const { bell, owner } = createDoorbell()
    let wakes = 0
    const woken = new Promise<void>((resolve) => {
      assert.equal(
        owner.sleep(noWork, () => {
          wakes += 1
          resolve()
        }),
        true,
      )
    })
    ringBell(bell)
    ringBell(bell)
    await withOpenLoop(woken)
    await pause(5)
    assert.equal(wakes, 1)
  })

  it('does not let its owner sleep when work came while it lay down', () => {
    const { owner } = createDoorbell()
    assert.equal(
      owner.sleep(() => true, fail),
      false,
    )
  })

  it('does not let its owner sleep when it rang while it lay down', () => {
    const { bell, owner } = createDoorbell()
    const ringsMeanwhile = (): boolean => {
      ringBell(bell)
      return false
    }
    assert.equal(owner.sleep(ringsMeanwhile, fail), false)
  })

  it('does not ring for an owner that is awake', async () => {
    const { bell, owner } = createDoorbell()
    owner.sleep(noWork, fail)
    owner.awake()
    ringBell(bell)
    await pause(10)
  })

  it('uses one wait for many sleeps', async () => {
    const { bell, owner } = createDoorbell()
    let wakes = 0
    const woken = new Promise<void>((resolve) => {
      const wake = (): void => {
        wakes += 1
        resolve()
      }
      for (let time = 0; time < 100; time += 1) {
        assert.equal(owner.sleep(noWork, wake), true)
        owner.awake()
      }
      owner.sleep(noWork, wake)
    })
    ringBell(bell)
    await withOpenLoop(woken)
    await pause(5)
    assert.equal(wakes, 1)
  })
})

function createDoorbell(): { bell: Int32Array; owner: DoorbellOwner } {
  const memory = allocateBell()
  return { bell: new Int32Array(memory), owner: new DoorbellOwner(memory) }
}

function fail(): void {
  assert.fail('woken for nothing')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** A wait keeps no event loop alive. */
async function withOpenLoop(promise: Promise<void>): Promise<void> {
  const timer = setInterval(() => undefined, 1000)
  try {
    await promise
  } finally {
    clearInterval(timer)
  }
}
