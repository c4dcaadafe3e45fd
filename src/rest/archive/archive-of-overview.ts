import type { JobOverview } from '../messages/job-messages.js'
import { countStates } from '../vertices/vertex-report.js'
import type { JobArchive } from './job-archive.js'

const APPLICATION_STATUS = { FINISHED: 'SUCCEEDED', CANCELED: 'CANCELED' } as const
const DIED = 'The process of the job has ended without a word: killed, or the machine has stopped.'

/** What can be said of a job that has left no more than its overview, as one whose process died. Pure. */
export function archiveOfOverview(overview: JobOverview): JobArchive {
  const { jid, name, state, duration, died } = overview
  const [startTime, endTime] = [overview['start-time'], overview['end-time']]
  const failure = died === undefined ? null : DIED
  const entry = { exceptionName: 'JobProcessDied', stacktrace: DIED, timestamp: endTime, failureLabels: {} }
  return {
    version: 1,
    jobId: jid,
    details: {
      ...{ jid, name, isStoppable: false, state, 'job-type': 'STREAMING' },
      ...{ 'start-time': startTime, 'end-time': endTime, duration, maxParallelism: -1, now: endTime },
      timestamps: { INITIALIZING: startTime, [state]: endTime },
      vertices: [],
      'status-counts': countStates([]),
      plan: { jid, name, type: 'STREAMING', nodes: [] },
      'pending-operators': 0,
    },
    config: {
      jid,
      name,
      'execution-config': {
        ...{ 'execution-mode': 'PIPELINED', 'job-parallelism': -1, 'object-reuse-mode': false },
        ...{ 'restart-strategy': 'Cluster level default restart strategy', 'user-config': {} },
      },
    },
    environment: null,
    exceptions: {
      'root-exception': failure,
      timestamp: failure === null ? null : endTime,
      'all-exceptions': [],
      truncated: false,
      exceptionHistory: {
        entries: failure === null ? [] : [{ ...entry, concurrentExceptions: [] }],
        truncated: false,
      },
    },
    executionResult: {
      status: { id: 'COMPLETED' },
      'job-execution-result': {
        id: jid,
        'application-status': APPLICATION_STATUS[state as keyof typeof APPLICATION_STATUS] ?? 'FAILED',
        'accumulator-results': {},
        'net-runtime': Math.max(0, duration),
      },
    },
    accumulators: {
      'job-accumulators': [],
      'user-task-accumulators': [],
      'serialized-user-task-accumulators': {},
    },
    checkpoints: null,
    checkpointConfig: null,
    checkpointDetails: [],
    vertices: [],
  }
}
