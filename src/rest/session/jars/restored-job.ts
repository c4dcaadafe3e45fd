import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import type { JobDetailsInfo, JobExecutionResultInfo } from '../../messages/job-messages.js'
import type { SessionGateway } from '../session-gateway.js'
import type { JarProgram } from './jar-gateway.js'

const SNAPSHOTS = ['execution.state-recovery.path', 'execution.savepoint.path'] as const
const FIRST_LOOK_MS = 10
const LONGEST_PAUSE_MS = 500

interface Services {
  readonly gateway: Pick<SessionGateway, 'answerOfJob'>
  readonly clock: Clock
}

/** The request names what its job is to go on from: a job without that is not asked, which it would have to load its server for. */
export function namesSnapshot({ configuration }: Pick<JarProgram, 'configuration'>): boolean {
  return SNAPSHOTS.some((key) => Object.hasOwn(configuration, key))
}

/**
 * Resolves when the job has opened the snapshot that it goes on from, or is no job to wait for. As in Flink, whoever submits it is told
 * when it could not: JAR_RUN_FAILED. The job is there all the same, and has failed.
 */
export async function restoredJob(jobId: string, { gateway, clock }: Services): Promise<void> {
  const ask = async <T>(place: string): Promise<Partial<T> | undefined> => {
    try {
      const request = { method: 'GET', url: `/jobs/${jobId}${place}`, body: {} } as const
      const { status, body } = await gateway.answerOfJob(jobId, request)
      return status === 200 ? (parsed(body) as Partial<T>) : undefined
    } catch {
      // It is accepted: whatever keeps it from answering now does not change that.
      return undefined
    }
  }
  const statusOf = async (): Promise<string | undefined> => (await ask<{ readonly status: string }>('/status'))?.status
  let status = await statusOf()
  for (let pauseMs = FIRST_LOOK_MS; status === 'INITIALIZING'; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await new Promise<void>((resolve) => {
      clock.setTimer(pauseMs, resolve)
    })
    status = await statusOf()
  }
  if (status !== 'FAILED') return
  const { timestamps = {} } = (await ask<JobDetailsInfo>('')) ?? {}
  // It had begun: what became of it then is asked of the job.
  if ((timestamps['CREATED'] ?? 0) > 0) return
  const result = (await ask<JobExecutionResultInfo>('/execution-result'))?.['job-execution-result']
  const reason = firstLinesOf(result?.['failure-cause']?.['stack-trace'] ?? '')
  throw new FlinkError('JAR_RUN_FAILED', { reason: `Could not start the JobManager of job ${jobId}.${reason}` })
}

/** What its errors say, without where they were thrown. */
function firstLinesOf(stackTrace: string): string {
  const lines = stackTrace.split('\n').filter((line) => line !== '' && !/^\s+at /.test(line))
  return lines.length === 0 ? '' : `\nCaused by: ${lines.join('\n')}`
}

function parsed(body: unknown): unknown {
  return typeof body === 'string' ? JSON.parse(body) : body
}
