import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { allocateBell } from '../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../src/runtime/protocol/ring-memory.js'
import type { LargeRecordWorkerData, ReceiverReport, SenderReport } from './large-record-worker.js'

const MEBIBYTE = 2 ** 20
const SLOT_BYTES = 32 * 1024
const SLOTS = 8

function runWorker<T>(workerData: LargeRecordWorkerData): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./large-record-worker.js', import.meta.url), { workerData })
    worker.on('message', resolve)
    worker.on('error', reject)
  })
}

function exchange(recordBytes: number, limitBytes: number): Promise<[SenderReport, ReceiverReport]> {
  const ring = allocateRing(SLOT_BYTES, SLOTS)
  const [left, right] = [allocateBell(), allocateBell()]
  const shared = { ring, recordBytes, limitBytes }
  return Promise.all([
    runWorker<SenderReport>({ ...shared, role: 'sender', bell: left, peerBell: right }),
    runWorker<ReceiverReport>({ ...shared, role: 'receiver', bell: right, peerBell: left }),
  ])
}

describe('A record that is larger than all slots of its ring', () => {
  it('of 64 MB arrives equal and in order, while its writer waits for room', { timeout: 120_000 }, async () => {
    const [sent, received] = await exchange(64 * MEBIBYTE, 65 * MEBIBYTE)
    assert.equal(sent.refusal, undefined)
    assert.deepStrictEqual(received.records, [sent.digest, { count: -1 }])
    assert.ok(received.inOrder)
    assert.ok(sent.waits > 10, `the writer waited ${String(sent.waits)} times`)
  })

  it(
    'of just over the limit is refused with operator and sizes, and what came before arrives',
    { timeout: 120_000 },
    async () => {
      const [sent, received] = await exchange(64 * MEBIBYTE, 64 * MEBIBYTE)
      assert.equal(sent.refusal?.code, 'RECORD_TOO_LARGE')
      const details = sent.refusal.details as { operator: string; sizeBytes: number; limitBytes: number }
      assert.equal(details.operator, 'Big')
      assert.equal(details.limitBytes, 64 * MEBIBYTE)
      assert.ok(details.sizeBytes > details.limitBytes && details.sizeBytes < details.limitBytes + 1000)
      assert.deepStrictEqual(received.records, [])
      assert.ok(received.inOrder)
    },
  )
})
