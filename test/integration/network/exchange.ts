import { Worker } from 'node:worker_threads'
import { allocateBell } from '../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../src/runtime/protocol/ring-memory.js'
import type { ExchangeResult, ExchangeWorkerData } from './exchange-worker.js'

export interface ExchangeSetting {
  readonly slotSizeBytes: number
  readonly slotCount: number
  /** Records from the first worker to the second, and back. */
  readonly records: readonly [number, number]
  readonly stalls: boolean
}

/** Runs two threads that send each other records until both have everything. */
export async function runExchange(setting: ExchangeSetting): Promise<readonly [ExchangeResult, ExchangeResult]> {
  const { slotSizeBytes, slotCount, records, stalls } = setting
  const bells = [allocateBell(), allocateBell()] as const
  const rings = [allocateRing(slotSizeBytes, slotCount), allocateRing(slotSizeBytes, slotCount)] as const
  const first = {
    seed: 1,
    records: records[0],
    stalls,
    bell: bells[0],
    peerBell: bells[1],
    outgoing: rings[0],
    incoming: rings[1],
  }
  const second = {
    seed: 2,
    records: records[1],
    stalls,
    bell: bells[1],
    peerBell: bells[0],
    outgoing: rings[1],
    incoming: rings[0],
  }
  return Promise.all([resultOf(first), resultOf(second)])
}

function resultOf(workerData: ExchangeWorkerData): Promise<ExchangeResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./exchange-worker.js', import.meta.url), { workerData })
    worker.on('message', resolve)
    worker.on('error', reject)
  })
}
