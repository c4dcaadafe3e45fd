import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SlotGate } from '../../../src/cluster/slot-gate.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'

it('a SlotGate opens when its slots are granted, and leaves no timer', async () => {
  const clock = new ManualClock()
  const gate = new SlotGate(3, clock, 1000)
  const acquired = gate.acquired()
  gate.grant()
  await acquired
  assert.equal(clock.pendingTimers, 0)
  await gate.acquired()
})

it('a SlotGate refuses when nobody has granted them in time, and says how many and how long', async () => {
  const clock = new ManualClock()
  const acquired = new SlotGate(3, clock, 300_000).acquired()
  clock.advance(300_000)
  await assert.rejects(acquired, { code: 'NO_RESOURCE_AVAILABLE', details: { slots: 3, timeout: '5 min' } })
})
