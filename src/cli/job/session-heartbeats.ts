import type { Clock, TimerHandle } from '../../core/time/clock.js'

export interface HeartbeatTimes {
  readonly intervalMs: number
  /** Without a word for so long the session cancels the job. */
  readonly timeoutMs: number
}

/**
 * Tells a session again and again, at once first, that the command is still there; `beat` is given until when that holds, as epoch ms.
 * One at a time: a session that does not answer for a while has only so many connections to give. Returns what ends it.
 */
export function sessionHeartbeats(
  beat: (expiredTimestamp: number) => Promise<void>,
  { intervalMs, timeoutMs }: HeartbeatTimes,
  clock: Clock,
): () => void {
  let timer: TimerHandle | undefined
  let isAwaited = false
  const next = (): void => {
    timer = clock.setTimer(intervalMs, next)
    if (isAwaited) return
    isAwaited = true
    // One that does not arrive is followed by the next.
    void Promise.allSettled([beat(clock.now() + timeoutMs)]).then(() => {
      isAwaited = false
    })
  }
  next()
  return () => {
    timer?.cancel()
  }
}
