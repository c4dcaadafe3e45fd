import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientHeartbeats } from '../../../src/cluster/client-heartbeats.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'

test('a job whose client has not been heard of in time is given up, once', () => {
  const clock = new ManualClock()
  const expired: string[] = []
  const heartbeats = new ClientHeartbeats(clock, (jobId) => expired.push(jobId))
  heartbeats.heard('a', clock.now() + 100)
  clock.advance(90)
  heartbeats.heard('a', clock.now() + 100)
  clock.advance(99)
  assert.deepEqual(expired, [])
  clock.advance(2)
  assert.deepEqual(expired, ['a'])
  clock.advance(1000)
  assert.deepEqual(expired, ['a'])
})

test('of a job that has ended nobody need be heard any more', () => {
  const clock = new ManualClock()
  const expired: string[] = []
  const heartbeats = new ClientHeartbeats(clock, (jobId) => expired.push(jobId))
  heartbeats.heard('a', clock.now() + 100)
  heartbeats.forget('a')
  clock.advance(1000)
  assert.deepEqual(expired, [])
})
