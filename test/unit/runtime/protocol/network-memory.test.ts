import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { planNetworkMemory } from '../../../../src/runtime/protocol/network-memory.js'
import { CONTROL_BYTES, allocateRing } from '../../../../src/runtime/protocol/ring-memory.js'

const MB = 2 ** 20

describe('The network memory', () => {
  it('of 64 MB gives few channels slots of the preferred size', () => {
    const plan = planNetworkMemory({ budgetBytes: 64 * MB, channels: 4, preferredSlotSizeBytes: 32_768 })
    assert.deepStrictEqual(plan, { slotSizeBytes: 32_768, slotCount: 16 })
  })

  it('of 64 MB is enough for a full exchange of 64 workers', () => {
    const channels = 64 * 63
    const plan = planNetworkMemory({ budgetBytes: 64 * MB, channels, preferredSlotSizeBytes: 32_768 })
    assert.equal(plan.slotCount, 2)
    assert.ok(plan.slotSizeBytes >= 8000)
    const ring = allocateRing(plan.slotSizeBytes, plan.slotCount)
    assert.ok(channels * ring.buffer.byteLength <= 64 * MB)
  })

  it('is never exceeded while the smallest layout fits, and every channel has two slots', () => {
    const request = fc.record({
      budgetBytes: fc.integer({ min: 0, max: 2 ** 31 }),
      channels: fc.integer({ min: 1, max: 20_000 }),
      preferredSlotSizeBytes: fc.integer({ min: 1, max: MB }),
      announcedBytes: fc.constantFrom(0, 600),
    })
    fc.assert(
      fc.property(request, ({ budgetBytes, channels, preferredSlotSizeBytes, announcedBytes }) => {
        const sizes = { budgetBytes, channels, preferredSlotSizeBytes, announcedBytes }
        const { slotSizeBytes, slotCount } = planNetworkMemory(sizes)
        assert.ok(slotCount >= 2)
        assert.ok(slotSizeBytes >= 1024 && slotSizeBytes % 64 === 0)
        const besideSlots = CONTROL_BYTES + announcedBytes
        const usedBytes = channels * (besideSlots + slotSizeBytes * slotCount)
        assert.ok(usedBytes <= Math.max(budgetBytes, channels * (besideSlots + 2 * 1024)))
      }),
    )
  })

  it('of a ring holds its control words and its slots', () => {
    const ring = allocateRing(1024, 3)
    assert.equal(ring.buffer.byteLength, CONTROL_BYTES + 3072)
  })
})
