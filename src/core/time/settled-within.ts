import type { Clock, TimerHandle } from './clock.js'

/** Resolves when `work` has settled, or after `limitMs` without it; rejects as `work` does. Leaves no timer. */
export async function settledWithin(work: Promise<unknown>, limitMs: number, clock: Clock): Promise<void> {
  let timer: TimerHandle | undefined
  const limit = new Promise<void>((resolve) => {
    timer = clock.setTimer(limitMs, resolve)
  })
  try {
    await Promise.race([work, limit])
  } finally {
    timer?.cancel()
  }
}
