/**
 * How far the clocks of two workers are apart, by the bounds that causality gives: a worker notes its time, rings, the
 * other notes its own and rings back. Prints the largest difference in microseconds that these exchanges allow.
 */
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { nowMs } from '../jobs/progress.js'

const ROUNDS = 20_000
const TURN = 0

interface Shared {
  readonly turns: Int32Array
  readonly timesMs: Float64Array
}

/** Odd turns are the other's; each says its time and gives the turn back, without sleeping. */
function answer({ turns, timesMs }: Shared): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    while (Atomics.load(turns, TURN) !== 2 * round + 1);
    timesMs[0] = nowMs()
    Atomics.store(turns, TURN, 2 * round + 2)
  }
}

/** The tightest bounds on (other's clock - own clock): above what was before, below what was after. */
function ask({ turns, timesMs }: Shared): void {
  let least = Number.NEGATIVE_INFINITY
  let most = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    const beforeMs = nowMs()
    Atomics.store(turns, TURN, 2 * round + 1)
    while (Atomics.load(turns, TURN) !== 2 * round + 2);
    const afterMs = nowMs()
    const otherMs = timesMs[0] ?? Number.NaN
    least = Math.max(least, otherMs - afterMs)
    most = Math.min(most, otherMs - beforeMs)
  }
  console.log(JSON.stringify({ clockMicros: Math.max(Math.abs(least), Math.abs(most)) * 1000 }))
}

if (isMainThread) {
  const shared: Shared = {
    turns: new Int32Array(new SharedArrayBuffer(4)),
    timesMs: new Float64Array(new SharedArrayBuffer(8)),
  }
  for (const role of ['answer', 'ask']) new Worker(new URL(import.meta.url), { workerData: { role, shared } })
} else {
  const { role, shared } = workerData as { role: string; shared: Shared }
  if (role === 'ask') ask(shared)
  else answer(shared)
}
