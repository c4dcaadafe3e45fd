import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { RestClusterClient } from '../../../src/client/rest-cluster-client.js'
import type { RunDirectory } from '../../../src/client/run-directory.js'

const JOB = 'a'.repeat(32)

test('the result of a stop is asked of the job that was told to stop, also when it has left the run directory', async (context) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-client-'))
  const socket = path.join(directory, 'job.sock')
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${String(request.method)} ${String(request.url)}`)
    const result = { status: { id: 'COMPLETED' }, operation: { location: 'file:/sp/savepoint-1' } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.method === 'POST' ? { 'request-id': 't1' } : result))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  context.after(() => {
    server.close()
    rmSync(directory, { recursive: true })
  })
  let isThere = true
  const runDirectory: Pick<RunDirectory, 'find' | 'archivedJobs'> = {
    find: () =>
      Promise.resolve(
        isThere
          ? { jobId: JOB, pid: 1, processStart: undefined, startTime: 0, name: 'job', version: '1', socket }
          : undefined,
      ),
    archivedJobs: () => Promise.resolve([]),
  }
  const client = new RestClusterClient({
    runDirectory: runDirectory as RunDirectory,
    sleep: () => Promise.resolve(),
    monotonicMs: () => 0,
    timeoutMs: 1000,
  })
  const triggered = await client.triggerStop(JOB, { targetDirectory: '/sp', drain: false })
  isThere = false
  assert.equal(await client.awaitSavepoint(triggered), 'file:/sp/savepoint-1')
  assert.deepEqual(asked, [`POST /v1/jobs/${JOB}/stop`, `GET /v1/jobs/${JOB}/savepoints/t1`])
})
