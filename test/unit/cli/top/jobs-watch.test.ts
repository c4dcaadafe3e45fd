import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { JobsWatch } from '../../../../src/cli/top/jobs-watch.js'
import { jobsOfMachine } from '../../../../src/cli/top/watched-jobs.js'
import type { RunDirectory } from '../../../../src/client/run-directory.js'

/** Jobs by name that all speak through one socket, and end when they are taken out. */
class FakeJobs {
  readonly names = new Set<string>()
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-watch-'))
  readonly #server = createServer((request, response) => {
    const [, jobId = '', about = ''] = /^\/v1\/jobs\/([^/]+)(\/\w+)?/.exec(request.url ?? '') ?? []
    const latest = { completed: null, savepoint: null, failed: null }
    const answers: Readonly<Record<string, unknown>> = {
      '': { jid: jobId, name: jobId, state: 'RUNNING', 'start-time': 1, now: 2, vertices: [] },
      '/watermarks': { vertices: [] },
      '/checkpoints': { counts: { completed: 0, failed: 0 }, latest, history: [] },
      '/metrics': [],
    }
    if (this.names.has(jobId)) response.end(JSON.stringify(answers[about]))
    else request.destroy()
  })

  async open(): Promise<RunDirectory> {
    const socket = path.join(this.#directory, 's')
    await new Promise<void>((resolve) => this.#server.listen(socket, resolve))
    const entry = (jobId: string) => ({ jobId, pid: 1, processStart: undefined, startTime: 1, name: jobId, socket })
    const directory: Record<keyof Pick<RunDirectory, 'find' | 'livingJobs' | 'archivedJob'>, unknown> = {
      find: (jobId: string) => Promise.resolve(this.names.has(jobId) ? entry(jobId) : undefined),
      livingJobs: () => Promise.resolve([...this.names].map(entry)),
      archivedJob: () => Promise.resolve({ state: 'FINISHED' }),
    }
    return directory as unknown as RunDirectory
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
    rmSync(this.#directory, { recursive: true })
  }
}

describe('Who watches all jobs', () => {
  const jobs = new FakeJobs()
  let directory: RunDirectory

  before(async () => {
    directory = await jobs.open()
  })

  after(() => {
    jobs.close()
  })

  it('keeps of those that ended the last ones alone, however many there were', async () => {
    const watch = new JobsWatch(jobsOfMachine(directory), undefined)
    for (let number = 1; number <= 25; number += 1) {
      jobs.names.clear()
      jobs.names.add(`job-${String(number)}`)
      assert.deepEqual(
        (await watch.look()).map(({ name }) => name),
        [`job-${String(number)}`],
      )
    }
    assert.deepEqual(
      watch.ended.map(({ last }) => last.name),
      Array.from({ length: 20 }, (_, index) => `job-${String(index + 5)}`),
    )
    assert.match(watch.ended[0]?.sentence ?? '', /^Job job-5 has ended: FINISHED\. /)
  })
})
