import type { JobProcess } from '../cluster/job-process.js'

const SIGINT_NUMBER = 2
const SIGTERM_NUMBER = 15
/** Exit codes of a process that a signal ended, as shells count. */
const KILLED_BY_SIGNAL = 128

type Step = 'stop' | 'cancel' | 'exit'

/**
 * SIGTERM stops the jobs (with a last checkpoint where checkpoints are retained), SIGINT cancels them. Whoever signals
 * again becomes impatient: behind a stop comes the cancellation, behind a cancellation the end at once.
 */
export function nextStep(signal: 'SIGINT' | 'SIGTERM', last: Step | undefined): Step {
  if (last === 'cancel' || last === 'exit') return 'exit'
  return last === undefined && signal === 'SIGTERM' ? 'stop' : 'cancel'
}

/** Returns what takes the handlers off again. */
export function endOnSignals(jobProcess: JobProcess, tell: (text: string) => void): () => void {
  let last: Step | undefined
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    last = nextStep(signal, last)
    switch (last) {
      case 'stop':
        tell('Stopping the job.\n')
        jobProcess.stop()
        break
      case 'cancel':
        tell('Cancelling the job. Press Ctrl-C again to end at once.\n')
        jobProcess.cancel()
        break
      case 'exit':
        process.exit(KILLED_BY_SIGNAL + (signal === 'SIGINT' ? SIGINT_NUMBER : SIGTERM_NUMBER))
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
