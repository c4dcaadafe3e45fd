import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { localChannelCapacity } from '../../../../../src/runtime/taskmanager/network/local-channel.js'

const MANY = fc.integer({ min: 1, max: 1000 })

test('a task with one channel to another one of its worker may have 4096 records waiting in it', () => {
  assert.deepEqual(localChannelCapacity(1), { batchRecords: 256, batches: 16 })
})

test('the channels of a task share what may wait, down to a little in each', () => {
  fc.assert(
    fc.property(MANY, MANY, (one, other) => {
      const [fewer, more] = [Math.min(one, other), Math.max(one, other)]
      const held = (channels: number): number => {
        const { batchRecords, batches } = localChannelCapacity(channels)
        return batchRecords * batches
      }
      assert.ok(held(more) <= held(fewer), 'more in each although there are more of them')
      assert.ok(held(more) * more <= Math.max(4096, 64 * more))
      assert.ok(held(more) >= 64)
    }),
  )
})
