import { isatty } from 'node:tty'
import type { Clock } from '../../core/time/clock.js'
import { SystemClock } from '../../core/time/system-clock.js'
import type { JobProcess } from '../../cluster/job-process.js'

/** Exit codes of a process that a signal ended, as shells count. */
const KILLED_BY_SIGNAL = 128
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
/** timeout(1) signals its child and then its group, npx passes on the Ctrl-C that the job has had already. */
const BURST_MS = 500

type EndSignal = keyof typeof NUMBERS
type Step = 'stop' | 'cancel' | 'exit'

/** What a signal handler works with; injected by tests. */
export interface SignalWorld {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly tell: (text: string) => void
  readonly exit: (code: number) => void
}

/**
 * SIGTERM stops the jobs (with a last checkpoint where checkpoints are kept), and so does SIGHUP, the end of the terminal;
 * SIGINT cancels them. Whoever signals again becomes impatient: after a stop comes the cancellation, after a cancellation the
 * end at once. Undefined: nothing is to be done; a terminal ends only once, however often that is told.
 */
export function nextStep(signal: EndSignal, last: Step | undefined): Step | undefined {
  if (last === undefined) return signal === 'SIGINT' ? 'cancel' : 'stop'
  if (signal === 'SIGHUP') return undefined
  return last === 'stop' ? 'cancel' : 'exit'
}

/** Takes a step with each signal; those that follow one within a moment are the same wish, sent twice. */
export function signalHandler(
  jobProcess: Pick<JobProcess, 'stop' | 'cancel'>,
  { clock, tell, exit }: SignalWorld,
): (signal: EndSignal) => void {
  let last: Step | undefined
  let steppedAt = Number.NEGATIVE_INFINITY
  return (signal) => {
    if (clock.monotonicMs() - steppedAt < BURST_MS) return
    const step = nextStep(signal, last)
    if (step === undefined) return
    last = step
    steppedAt = clock.monotonicMs()
    switch (step) {
      case 'stop':
        tell(
          `${signal}: stopping the job, after a last checkpoint where checkpoints are kept. Again: it is cancelled.\n`,
        )
        jobProcess.stop()
        break
      case 'cancel':
        tell('Cancelling the job. Press Ctrl-C again to end at once.\n')
        jobProcess.cancel()
        break
      case 'exit':
        exit(KILLED_BY_SIGNAL + NUMBERS[signal])
    }
  }
}

/** What stands in for a job process as long as there is none. */
export interface UntakenSignalWorld {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** A job process has its own handler. */
  readonly isTaken: () => boolean
  /** It has heard the signal, for the first time. */
  readonly taken: () => void
  readonly exit: (code: number) => void
}

/**
 * Ends a process that does more than have jobs, where no job process does: before that begins, and after its end while there is
 * still something to wait for. The rest of a burst that a job process has heard is no impatience.
 */
export function untakenSignalHandler({
  clock,
  isTaken,
  taken,
  exit,
}: UntakenSignalWorld): (signal: 'SIGINT' | 'SIGTERM') => void {
  let heardAt: number | undefined
  return (signal) => {
    const now = clock.monotonicMs()
    if (isTaken()) {
      if (heardAt === undefined) taken()
      heardAt = now
    } else if (heardAt === undefined || now - heardAt >= BURST_MS) exit(KILLED_BY_SIGNAL + NUMBERS[signal])
  }
}

/** For SIGINT and SIGTERM, until what it returns is called. */
export function endWhereNoJobProcessDoes(taken: () => void): () => void {
  const offs = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const onSignal = untakenSignalHandler({
      clock: new SystemClock(),
      isTaken: () => process.listenerCount(signal) > 1,
      taken,
      exit: (code) => process.exit(code),
    })
    const handle = (): void => {
      onSignal(signal)
    }
    process.on(signal, handle)
    return () => process.off(signal, handle)
  })
  return () => {
    for (const off of offs) off()
  }
}

/** Returns what takes the handlers off again. */
export function endOnSignals(jobProcess: JobProcess, tell: (text: string) => void): () => void {
  const onSignal = signalHandler(jobProcess, { clock: new SystemClock(), tell, exit: (code) => process.exit(code) })
  // Node would open its debugger, a port by which every user of the machine could run code as this one.
  const onDebug = (): void => {
    tell('SIGUSR1 does nothing here. To debug a job, start it with NODE_OPTIONS=--inspect.\n')
  }
  const signals = Object.keys(NUMBERS) as EndSignal[]
  for (const signal of signals) process.on(signal, onSignal)
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor))
  process.once('SIGHUP', () => {
    if (hasTerminal) process.once('exit', dieOfHangUp)
  })
  process.on('SIGUSR1', onDebug)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
    process.off('SIGUSR1', onDebug)
  }
}

/** Node puts a terminal back as it was before it ends, and aborts where that has gone: the signal is the better end. */
function dieOfHangUp(): void {
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}
