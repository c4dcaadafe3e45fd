// Duty: the same request again after a while, so often and no more.
// Invariants: what does not pass by itself is not tried again. Waiting times double up to a limit, and no two who wait come back together.
import type { Clock } from '../../core/time/clock.js'
import type { Random } from '../../core/random/random.js'
import { WebHdfsFailure, type FailureKind } from './web-hdfs-failure.js'

/** Where time and chance come from. */
export interface Pace {
  readonly clock: Clock
  readonly random: Random
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 10_000
/** 40 s with their waits: a NameNode that starts again takes half of it. */
const ATTEMPTS = 10
/** 3 s: nobody waits longer to be told of a wrong address. */
const ATTEMPTS_AT_FIRST_CONTACT = 5
/** Whoever has been silent for a minute at a first contact is no NameNode: it is not asked for four minutes more. */
const LONGEST_FIRST_CONTACT_MS = 30_000
const ATTEMPTS_WHERE_IT_HARDLY_HELPS = 4
const HARDLY_HELPED: ReadonlySet<FailureKind> = new Set(['full', 'broken'])

export interface Retries {
  readonly pace: Pace
  /** True once the server has answered anything. */
  readonly wasReached?: () => boolean
  /** Several servers may be asked in turn: waiting begins when all were. */
  readonly servers?: number
  /** Failures after which to try again that do not pass everywhere. */
  readonly also?: readonly FailureKind[]
}

/** `work` is told which attempt it is, from 1 on. Throws the failure of the last one. */
export async function retrying<T>(work: (attempt: number) => Promise<T>, retries: Retries): Promise<T> {
  const { servers = 1, pace } = retries
  const startMs = pace.clock.monotonicMs()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt)
    } catch (error) {
      const round = Math.ceil(attempt / servers)
      if (!WebHdfsFailure.is(error)) throw error
      // Of a pair of NameNodes the other one is asked in any case.
      const elapsedMs = attempt < servers ? 0 : pace.clock.monotonicMs() - startMs
      error.isLast ||= round >= attemptsAfter(error, retries, elapsedMs)
      if (error.isLast) throw error
      if (attempt % servers === 0) await sleep(waitMs(round, pace), pace)
    }
  }
}

export function sleep(delayMs: number, { clock }: Pace): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, resolve)
  })
}

/** Half of it is chance. */
export function waitMs(round: number, { random }: Pace): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (round - 1))
  return wait / 2 + random.nextInt(wait / 2 + 1)
}

function attemptsAfter(failure: WebHdfsFailure, { wasReached, also = [] }: Retries, elapsedMs: number): number {
  if (!failure.isPassing && !also.includes(failure.kind)) return 1
  if (HARDLY_HELPED.has(failure.kind)) return ATTEMPTS_WHERE_IT_HARDLY_HELPS
  if (failure.kind !== 'unreachable' || wasReached?.() !== false) return ATTEMPTS
  return elapsedMs > LONGEST_FIRST_CONTACT_MS ? 1 : ATTEMPTS_AT_FIRST_CONTACT
}
