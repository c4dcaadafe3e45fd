import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RestartDelay } from '../../../../src/cluster/session/restart-delay.js'

it('a job whose process dies again and again waits ever longer, up to a minute', () => {
  const delay = new RestartDelay()
  const waits = Array.from({ length: 10 }, () => delay.next(0))
  assert.deepEqual(waits, [100, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
})

it('a job whose process had lived for long is started again at once', () => {
  const delay = new RestartDelay()
  for (let death = 0; death < 5; death += 1) delay.next(1000)
  assert.equal(delay.next(10 * 60_000), 100)
  assert.equal(delay.next(0), 1000)
})
