import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runExchange, type ExchangeSetting } from './exchange.js'

async function expectExact(setting: ExchangeSetting): Promise<void> {
  const [first, second] = await runExchange(setting)
  assert.deepStrictEqual([first.sent, second.sent], setting.records)
  for (const [sender, receiver] of [
    [first, second],
    [second, first],
  ] as const) {
    assert.equal(receiver.received, sender.sent)
    assert.equal(receiver.receivedChecksum, sender.sentChecksum)
    assert.equal(receiver.outOfOrder, 0)
  }
  assert.ok(first.sleeps + second.sleeps > 0, 'nobody ever slept')
}

describe('Two workers on rings', () => {
  it(
    'exchange a million records in both directions with random stalls, in order and without loss',
    { timeout: 120_000 },
    async () => {
      await expectExact({ slotSizeBytes: 8192, slotCount: 4, records: [500_000, 500_000], stalls: true })
    },
  )

  it('do so over two tiny slots, where every slot is a wake-up', { timeout: 120_000 }, async () => {
    await expectExact({ slotSizeBytes: 256, slotCount: 2, records: [50_000, 50_000], stalls: true })
  })

  it('do so when only one of them sends', { timeout: 120_000 }, async () => {
    await expectExact({ slotSizeBytes: 1024, slotCount: 2, records: [200_000, 0], stalls: false })
  })
})
