/** A job of which nothing is there but its control socket, and a client that finds it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { overviewOfEntry, type JobDirectoryEntry } from '../../../src/client/job-directory-entry.js'
import { RestClusterClient, type RestClusterClientServices } from '../../../src/client/rest-cluster-client.js'
import type { RunDirectory } from '../../../src/client/run-directory.js'
import type { JobOverview } from '../../../src/rest/messages/job-messages.js'

export const JOB: string = 'a'.repeat(32)

interface AnsweringJob {
  readonly client: RestClusterClient
  /** The job has left the run directory, for the archive where something of it is kept there. */
  leave(archived?: Pick<JobOverview, 'state' | 'died'>): void
}

/** Its socket answers until the test is over. */
export async function answeringJob(
  context: TestContext,
  answer: RequestListener,
  monotonicMs: () => number = () => 0,
  services: Partial<Pick<RestClusterClientServices, 'sleep' | 'timeoutMs'>> = {},
): Promise<AnsweringJob> {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-client-'))
  const socket = path.join(directory, 'job.sock')
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  context.after(() => {
    server.close()
    rmSync(directory, { recursive: true })
  })
  const entry = { jobId: JOB, pid: 1, processStart: undefined, startTime: 0, name: 'job', version: '1', socket }
  let found: JobDirectoryEntry | undefined = entry
  let kept: JobOverview | undefined
  const runDirectory: Pick<RunDirectory, 'find' | 'archivedJob'> = {
    find: () => Promise.resolve(found),
    archivedJob: () => Promise.resolve(kept),
  }
  const client = new RestClusterClient({
    runDirectory: runDirectory as RunDirectory,
    sleep: () => Promise.resolve(),
    monotonicMs,
    timeoutMs: 60_000,
    ...services,
  })
  return {
    client,
    leave: (archived) => {
      found = undefined
      if (archived === undefined) return
      const overview = overviewOfEntry(entry, { state: archived.state, endTime: 1 })
      kept = { ...overview, ...(archived.died !== undefined && { died: archived.died }) }
    },
  }
}
