import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sessionHeartbeats } from '../../../src/cli/job/session-heartbeats.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'

const TIMES = { intervalMs: 30_000, timeoutMs: 180_000 }

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('The heartbeats of a command', () => {
  it('come at once and then again and again until they are ended, each for the time that it is to hold', async () => {
    const clock = new ManualClock(1000)
    const until: number[] = []
    const stop = sessionHeartbeats((expires) => Promise.resolve(void until.push(expires)), TIMES, clock)
    await settled()
    clock.advance(30_000)
    await settled()
    clock.advance(30_000)
    assert.deepEqual(until, [181_000, 211_000, 241_000])
    stop()
    clock.advance(300_000)
    assert.deepEqual([until.length, clock.pendingTimers], [3, 0])
  })

  it('are one at a time while the session does not answer, and go on after one that did not arrive', async () => {
    const clock = new ManualClock()
    const answers: { readonly fail: () => void }[] = []
    const beat = (): Promise<void> =>
      new Promise((_resolve, reject) => {
        answers.push({
          fail: () => {
            reject(new Error('no answer'))
          },
        })
      })
    const stop = sessionHeartbeats(beat, TIMES, clock)
    for (let beats = 0; beats < 20; beats += 1) {
      clock.advance(30_000)
      await settled()
    }
    assert.equal(answers.length, 1)
    answers[0]?.fail()
    await settled()
    clock.advance(30_000)
    assert.equal(answers.length, 2)
    stop()
  })
})
