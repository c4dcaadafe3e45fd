import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import {
  ClusterSessionGateway,
  type ClusterSessionGatewayServices,
} from '../../../../src/cluster/session/cluster-session-gateway.js'

const JOB = 'a'.repeat(32)
const TRIGGER = 'b'.repeat(32)

describe('A job that has ended', { skip: process.platform === 'win32' }, () => {
  it('is asked itself what came of its last operations as long as its process stays, and else the archive is', async (t) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-gateway-'))
    const socket = path.join(directory, 'job.sock')
    const server = createServer((request, response) => response.end(JSON.stringify({ from: 'job', url: request.url })))
    server.listen(socket)
    await once(server, 'listening')
    t.after(() => {
      server.close()
      rmSync(directory, { recursive: true, force: true })
    })
    const job = { jobId: JOB, phase: 'ended', endState: 'FINISHED', entry: { jobId: JOB, pid: 1, socket } }
    const gateway = new ClusterSessionGateway({
      jobs: { find: () => job },
      ended: { answerOf: () => Promise.resolve({ status: 200, body: 'of the archive' }) },
    } as unknown as ClusterSessionGatewayServices)
    const answer = async (url: string): Promise<unknown> =>
      (await gateway.answerOfJob(JOB, { method: 'GET', url, body: {} })).body
    for (const what of ['savepoints', 'checkpoints']) {
      const url = `/jobs/${JOB}/${what}/${TRIGGER}`
      assert.equal(await answer(url), JSON.stringify({ from: 'job', url: `/v1${url}` }))
    }
    for (const url of [`/jobs/${JOB}`, `/jobs/${JOB}/checkpoints/details/1`, `/jobs/${JOB}/checkpoints`]) {
      assert.equal(await answer(url), 'of the archive', url)
    }
    server.close()
    server.closeAllConnections()
    assert.equal(await answer(`/jobs/${JOB}/savepoints/${TRIGGER}`), 'of the archive')
  })
})
