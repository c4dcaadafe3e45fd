import assert from 'node:assert/strict'
import { request } from 'node:http'
import { createServer, type Server } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { PrometheusServer } from '../../../src/reporters/prometheus-server.js'
import { warningsDuring } from '../core/net/warnings-during.js'
import { parseExposition } from './prometheus-exposition.js'
import { jobWith } from './reported-jobs.js'

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly body: string
}

function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => (body += part))
      response.on('end', () => {
        resolve({ status: response.statusCode, type: response.headers['content-type'], body })
      })
    })
      .on('error', reject)
      .end()
  })
}

describe('The reporter for Prometheus', () => {
  const told: string[] = []
  const clock = new ManualClock()
  const opened: PrometheusServer[] = []
  let taken: Server
  let takenPort: number

  before(async () => {
    taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    takenPort = typeof address === 'object' && address !== null ? address.port : 0
  })

  after(() => {
    taken.close()
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((server) => server.close()))
    told.splice(0)
  })

  async function open(ports: readonly number[]): Promise<string> {
    const settings = {
      kind: 'prometheus',
      name: 'my',
      portText: ports.join(),
      ports,
      filterLabelValueCharacters: false,
    } as const
    const services = {
      jobs: () => [jobWith({ 'Slow__map.seen': 3 })],
      clock,
      logger: SILENT_LOGGER,
      version: '1',
      warn: (text: string) => told.push(`warn ${text}`),
      note: (text: string) => told.push(`note ${text}`),
    }
    opened.push(await PrometheusServer.open(settings, services))
    return /http:\/\/127\.0\.0\.1:\d+/.exec(told[0] ?? '')?.[0] ?? ''
  }

  it('serves metrics on the first port of its range that is free, and says where', async () => {
    const root = await open([takenPort, 0])
    assert.match(
      told.join(),
      /^note Metrics for Prometheus: http:\/\/127\.0\.0\.1:\d+\/metrics \(metrics reporter 'my'\)$/,
    )
    for (const place of ['/metrics', '/', '/metrics?name[]=x']) {
      const { status, type, body } = await ask(root + place)
      assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8'])
      const [name, family] = [...parseExposition(body)][0] ?? []
      assert.equal(name, 'flink_taskmanager_job_task_operator_seen')
      assert.equal(family?.samples[0]?.labels['operator_name'], 'Slow: map')
    }
    assert.deepEqual([(await ask(`${root}/metrics`, {}, 'HEAD')).body], [''])
  })

  it('refuses what is no question for metrics from this machine', async () => {
    const root = await open([0])
    assert.equal((await ask(`${root}/jobs`)).status, 404)
    assert.equal((await ask(`${root}/metrics`, {}, 'POST')).status, 405)
    // A name that leads here for the sake of a page in a browser.
    const { status, body } = await ask(`${root}/metrics`, { host: 'evil.example:80' })
    assert.equal(status, 403)
    assert.equal(body.includes('flink_'), false)
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:9249', 'LOCALHOST'])
      assert.equal((await ask(`${root}/metrics`, { host })).status, 200, host)
  })

  it('is without a port where all are taken, which it warns of once, until one is free', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await open([takenPort, port])
    clock.advance(5000)
    while (clock.pendingTimers === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(told.length, 1)
    assert.match(
      told[0] ?? '',
      /^warn The metrics reporter 'my' has no port \(metrics\.reporter\.my\.port: \d+,\d+\): .*EADDRINUSE.*range/,
    )
    await new Promise((resolve) => other.close(resolve))
    clock.advance(5000)
    while (told.length === 1) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.match(
      told[1] ?? '',
      new RegExp(`^note Metrics for Prometheus: http://127\\.0\\.0\\.1:${String(port)}/metrics`),
    )
    assert.equal(clock.pendingTimers, 0)
  })

  it('tries any number of ports without a warning of Node', async () => {
    assert.deepEqual(await warningsDuring(() => open(Array<number>(20).fill(takenPort))), [])
    assert.equal(told.length, 1)
  })

  it('ends with connections that stay open', async () => {
    const root = await open([0])
    const url = new URL(root)
    const held = (await import('node:net')).connect(Number(url.port), '127.0.0.1')
    await new Promise<void>((resolve) => held.once('connect', resolve))
    held.on('error', () => undefined)
    const ended = new Promise<void>((resolve) =>
      held.once('close', () => {
        resolve()
      }),
    )
    await opened.splice(0)[0]?.close()
    await ended
    await assert.rejects(ask(`${root}/metrics`), /ECONNREFUSED/)
  })
})
