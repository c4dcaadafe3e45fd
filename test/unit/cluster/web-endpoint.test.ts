import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobDirectoryEntry } from '../../../src/client/job-directory-entry.js'
import type { RunDirectory } from '../../../src/client/run-directory.js'
import { WebEndpoint, type WebOrder } from '../../../src/cluster/web-endpoint.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { RestEndpoint } from '../../../src/rest/rest-endpoint.js'

const OLD = 'a'.repeat(32)
const URL = 'http://127.0.0.1:8081'

interface Scene {
  readonly web: WebEndpoint
  readonly clock: ManualClock
  readonly told: string[]
  /** Lets somebody have the port, or nobody. */
  taken: boolean
  tries: number
}

/** A port that is taken at first, by the job `OLD` where `web` says so. */
function scene(order: Partial<WebOrder> | undefined, web: string | null = URL): Scene {
  const clock = new ManualClock()
  const told: string[] = []
  const tell = (text: string): number => told.push(text)
  const endpoint = {
    listenOnTcp: () => {
      made.tries += 1
      if (!made.taken) return Promise.resolve(URL)
      return Promise.reject(new FlinkError('PORT_IN_USE', { address: '127.0.0.1:8081' }))
    },
  }
  const settings = { address: '127.0.0.1', ports: [8081], isExposed: false }
  const made: Scene = {
    ...{ clock, told, taken: true, tries: 0 },
    web: new WebEndpoint({
      endpoint: endpoint as unknown as RestEndpoint,
      order: order && ({ settings, replaces: undefined, tell, ...order } as WebOrder),
      clock,
      runDirectory: {
        livingJobs: () => Promise.resolve([{ jobId: OLD, pid: 7, ...(web !== null && { web }) } as JobDirectoryEntry]),
      } as RunDirectory,
      warn: tell,
      onOpened: () => Promise.resolve(tell('opened')).then(() => undefined),
    }),
  }
  return made
}

async function turned(clock: ManualClock, times: number): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) {
    clock.advance(200)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('A job that is to be reached over TCP', () => {
  it('opens nothing that was not asked for', async () => {
    const made = scene(undefined)
    await made.web.open()
    made.web.succeed()
    await turned(made.clock, 3)
    assert.deepEqual([made.web.url, made.tries], [undefined, 0])
  })

  it('tells where, and warns where its token can be read on the way', async () => {
    const made = scene({})
    made.taken = false
    await made.web.open()
    assert.deepEqual([made.web.url, made.told], [URL, [`Web interface/REST: ${URL}`]])
    const exposed = scene({ settings: { isExposed: true } as WebOrder['settings'] })
    exposed.taken = false
    await exposed.web.open()
    assert.match(exposed.told[0] ?? '', /can be read on the way .* security\.ssl\.rest\.enabled is not set/)
  })

  it('does not begin where another job has the port, or a process of which nothing is known', async () => {
    await assert.rejects(scene({}).web.open(), {
      code: 'REST_PORT_IN_USE',
      message: /: job a{32} \(process 7\) listens there\./,
    })
    await assert.rejects(scene({ replaces: 'b'.repeat(32) }).web.open(), { code: 'REST_PORT_IN_USE' })
    for (const web of [null, 'http://127.0.0.1:8082'])
      await assert.rejects(scene({ replaces: OLD }, web).web.open(), {
        code: 'REST_PORT_IN_USE',
        message: /: another process listens there\./,
      })
  })

  for (const order of [{ replaces: OLD }, { waits: true }])
    it(`has the port later that ${'waits' in order ? 'anybody' : 'the job before it'} still has`, async () => {
      const made = scene(order)
      await made.web.open()
      await turned(made.clock, 3)
      assert.equal(made.tries, 1, 'it is not tried before the other job has stopped')
      made.web.succeed()
      await turned(made.clock, 3)
      assert.equal(made.tries, 4)
      assert.deepEqual(made.told, [])
      made.taken = false
      await turned(made.clock, 3)
      assert.deepEqual([made.tries, made.told], [5, [`Web interface/REST: ${URL}`, 'opened']])
      await made.web.stop()
    })

  it('runs without the port where that is not given up in a minute, and says so once', async () => {
    const made = scene({ replaces: OLD })
    await made.web.open()
    made.web.succeed()
    await turned(made.clock, 400)
    assert.equal(made.told.length, 1)
    assert.match(made.told[0] ?? '', /^The job runs, and is not reached over TCP\. /)
    assert.equal(made.tries, 301)
  })

  it('tries nothing any more once it is over', async () => {
    const made = scene({ replaces: OLD })
    await made.web.open()
    made.web.succeed()
    await made.web.stop()
    made.taken = false
    await turned(made.clock, 5)
    made.web.succeed()
    await turned(made.clock, 5)
    assert.deepEqual([made.tries, made.web.url], [1, undefined])
  })
})
