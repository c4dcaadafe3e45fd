import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import type { JobDirectoryEntry } from '../../../../src/client/job-directory-entry.js'
import { endJobs, type EndJobsServices } from '../../../../src/cluster/session/end-jobs.js'
import { SessionJob } from '../../../../src/cluster/session/session-job.js'
import { SILENT_LOGGER } from '../../../../src/core/logging/silent-logger.js'
import { startOfProcess } from '../../../../src/core/process/process-start.js'
import { SystemClock } from '../../../../src/core/time/system-clock.js'

const DEAD = 'd'.repeat(32)

async function entryOfProcess(context: TestContext, jobId: string): Promise<JobDirectoryEntry> {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  context.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  const nothing = { name: '', startTime: 1, version: '', socket: '/none' }
  return { jobId, pid, processStart: await startOfProcess(pid), ...nothing }
}

function jobOf(jobId: string, fields: Partial<SessionJob> = {}): SessionJob {
  return Object.assign(new SessionJob({ jobId, submittedAt: 1, jobFile: '/job.js' }), fields)
}

async function isAlive({ entry }: SessionJob): Promise<boolean> {
  return entry !== undefined && (await startOfProcess(entry.pid)) === entry.processStart
}

describe('When a session ends', { skip: process.platform !== 'linux' }, () => {
  const cancelled: string[] = []
  const services: EndJobsServices = {
    ...{ savepoints: undefined, clock: new SystemClock(), logger: SILENT_LOGGER, isHurried: () => false },
    cancelForGood: ({ jobId }) => Promise.resolve(void cancelled.push(jobId)),
  }

  it('jobs end as well that were accepted, or had another process, only after it was told to', async (context) => {
    const living = jobOf('a'.repeat(32), { phase: 'living', entry: await entryOfProcess(context, 'a'.repeat(32)) })
    const late = jobOf('b'.repeat(32))
    const starting = jobOf('c'.repeat(32), { phase: 'dead', isStarting: true })
    const [entryOfLate, entryOfStarting] = [
      await entryOfProcess(context, late.jobId),
      await entryOfProcess(context, starting.jobId),
    ]
    const ended = endJobs(() => [living, late, starting], 'CHECKPOINT', services)
    Object.assign(late, { phase: 'living', entry: entryOfLate })
    Object.assign(starting, { phase: 'living', entry: entryOfStarting, isStarting: false })
    await ended
    assert.deepEqual(await Promise.all([living, late, starting].map(isAlive)), [false, false, false])
  })

  it('a job without a process is cancelled where jobs are to be, and else left to the next session', async () => {
    const jobs = [jobOf(DEAD, { phase: 'dead' })]
    await endJobs(() => jobs, 'CHECKPOINT', services)
    assert.deepEqual(cancelled, [])
    await endJobs(() => jobs, 'CANCEL', services)
    assert.deepEqual(cancelled, [DEAD])
  })
})
