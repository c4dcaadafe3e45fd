/** Metrics to the outside: what a scraper finds at a running job, and what reporters give away until it has ended. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { OtlpReceiver } from '../unit/reporters/otlp-receiver.js'
import { parseExposition, type Exposed } from '../unit/reporters/prometheus-exposition.js'
import { REPOSITORY, Workspace, type RunningCommand } from './command-line.js'
import { askControlSocket, getFromControlSocket } from './control-socket.js'
import { MEASURING_MAP } from './measuring-map.js'

const NAMES = path.join(REPOSITORY, 'test/e2e/prometheus-names.txt')

/** A running count by key, with metrics of a function, of 2,000 records; then the source is silent, or ends. */
const JOB = `${MEASURING_MAP}
class Measured extends MeasuringMap {
  map (value) {
    this.measure(value % 100)
    return value
  }
}

class Numbers {
  constructor (ends) { this.ends = ends }
  async run (context) {
    for (let i = 0; i < 2000; i += 1) context.collect(i)
    while (!this.ends && !this.isCanceled) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  cancel () { this.isCanceled = true }
}

export default function (env, params) {
  env.addSource(new Numbers(params.has('ends'))).name('numbers').uid('numbers')
    .map(new Measured()).name('Measured: map').uid('measured').setParallelism(1)
    .keyBy((value) => value % 10)
    .map(new class extends RichMapFunction { map (value) { return value } }()).name('count').uid('count')
    .addSink({ invoke () {} }).name('nowhere').uid('nowhere')
}
`

interface Metric {
  readonly id: string
  readonly value?: string
}

/** Time goes on for these between two questions. */
const OF_THE_CLOCK = /(?:Time|uptime|downtime)$/

describe('/metrics of a running job', () => {
  const workspace = new Workspace({
    // After the first report, which comes after a second, values stay.
    'metrics.fetcher.update-interval': '10 min',
    'state.checkpoints.dir': 'checkpoints',
  })
  let command: RunningCommand | undefined

  after(async () => {
    command?.kill('SIGKILL')
    await command?.ended
    workspace.remove()
  })

  async function exposition(): Promise<ReturnType<typeof parseExposition>> {
    const { status, contentType, text } = await getFromControlSocket(workspace, '/metrics')
    assert.deepEqual([status, contentType], [200, 'text/plain; version=0.0.4; charset=utf-8'])
    return parseExposition(text)
  }

  async function valuesOf(url: string): Promise<Map<string, string>> {
    const names = (await askControlSocket(workspace, url)) as Metric[]
    const asked = await askControlSocket(
      workspace,
      `${url}?get=${names.map(({ id }) => encodeURIComponent(id)).join(',')}`,
    )
    return new Map((asked as Metric[]).map(({ id, value = '' }) => [id, value]))
  }

  it('has the names that Flink has, and the values of REST', async () => {
    const run = workspace.start('run', '-p', '2', workspace.file('job.mjs', JOB))
    command = run
    const jobId = await run.jobId()
    const { vertices } = (await askControlSocket(workspace, `/jobs/${jobId}`)) as {
      vertices: { id: string; name: string; parallelism: number }[]
    }
    const subtasks = vertices.flatMap(({ id, parallelism }) =>
      Array.from({ length: parallelism }, (_, index) => ({ id, index })),
    )
    const reported = 'flink_taskmanager_job_task_numRecordsIn'
    let families = await exposition()
    while (families.get(reported)?.samples.length !== subtasks.length) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      families = await exposition()
    }

    const told = [...families].map(([name, { type, samples }]) => {
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)))
      return `${name} ${type} ${[...labels].sort().join(',')}\n`
    })
    assert.equal(told.sort().join(''), readFileSync(NAMES, 'utf8'))

    let compared = 0
    const samples = [...families.values()].flatMap((family) => family.samples)
    const check = (named: Map<string, string>, candidates: readonly Exposed[], prefix: string): void => {
      for (const [id, value] of named) {
        const parts = id.split('.')
        const operator = candidates.some(({ labels }) => sanitized(labels['operator_name']) === parts[0])
        const name = `${prefix}${operator ? 'operator_' : ''}${parts.slice(operator ? 1 : 0).join('_')}`
        const found = candidates.filter((sample) => {
          return sample.name === name && (!operator || sanitized(sample.labels['operator_name']) === parts[0])
        })
        const isNumber = value === 'true' || value === 'false' || /^-?\d/.test(value)
        if (OF_THE_CLOCK.test(id) || /sizes_/.test(id) || !isNumber) continue
        assert.equal(found.length, 1, `${id} as ${name}`)
        const number = value === 'true' ? 1 : value === 'false' ? 0 : Number(value)
        assert.equal(found[0]?.value, number, id)
        compared += 1
      }
    }
    const ofJob = samples.filter(({ labels }) => labels['task_id'] === undefined)
    check(await valuesOf(`/jobs/${jobId}/metrics`), ofJob, 'flink_jobmanager_job_')
    for (const { id, index } of subtasks) {
      const candidates = samples.filter(
        ({ labels }) => labels['task_id'] === id && labels['subtask_index'] === String(index),
      )
      const url = `/jobs/${jobId}/vertices/${id}/subtasks/${String(index)}/metrics`
      check(await valuesOf(url), candidates, 'flink_taskmanager_job_task_')
    }
    assert.ok(compared > 70, `${String(compared)} values were compared`)

    const sizes = families.get('flink_taskmanager_job_task_operator_sizes')?.samples ?? []
    const ofFirst = sizes.filter(({ labels }) => labels['subtask_index'] === '0')
    assert.deepEqual(
      ofFirst.map(({ name, labels, value }) => [name.slice(36), labels['quantile'], value]),
      [
        ['sizes_count', undefined, 2000],
        ['sizes', '0.5', 49],
        ['sizes', '0.75', 74],
        ['sizes', '0.95', 94],
        ['sizes', '0.98', 97],
        ['sizes', '0.99', 98],
        ['sizes', '0.999', 99],
      ],
    )
    const { labels } = ofFirst[0] ?? assert.fail()
    assert.deepEqual(
      [labels['job_id'], labels['task_name'], labels['operator_name'], labels['tm_id']],
      [jobId, 'numbers____Measured:_map', 'Measured:_map', 'worker_0'],
    )
    assert.equal((await getFromControlSocket(workspace, '/v1/metrics')).status, 404)
  })
})

/** An operator's name in a label, as REST has it in names. */
function sanitized(name = ''): string {
  return name.replace(/:/g, '_')
}

const OTEL = 'org.apache.flink.metrics.otel.OpenTelemetryMetricReporterFactory'
const SEEN = 'flink.taskmanager.job.task.operator.seen'

describe('A job with reporters of metrics', () => {
  const workspace = new Workspace()
  const job = workspace.file('job.mjs', JOB)

  after(() => {
    workspace.remove()
  })

  function otel(endpoint: string, ...others: readonly string[]): string[] {
    const keys = [`factory.class=${OTEL}`, `exporter.endpoint=${endpoint}`, 'exporter.protocol=http', ...others]
    return keys.map((key) => `-Dmetrics.reporter.otel.${key}`)
  }

  it('gives its last metrics to a collector before it ends', async () => {
    const receiver = new OtlpReceiver()
    const endpoint = await receiver.listen()
    const { exitCode, stderr } = await workspace.run('run', '-p', '2', ...otel(endpoint), job, '--ends')
    assert.equal(exitCode, 0, stderr)
    const points = receiver.received.flatMap((each) => each.points)
    const sum = (name: string, holds: (attributes: Readonly<Record<string, string>>) => boolean): number => {
      const of = points.filter((point) => point.name === name && holds(point.attributes))
      return of.reduce((total, { value }) => total + value, 0)
    }
    const isMeasured = (attributes: Readonly<Record<string, string>>): boolean =>
      attributes['operator_name'] === 'Measured: map'
    assert.equal(sum(SEEN, isMeasured), 2000)
    const isCount = ({ task_name: task = '' }: Readonly<Record<string, string>>): boolean => task.startsWith('count')
    assert.equal(sum('flink.taskmanager.job.task.numRecordsIn', isCount), 2000)
    assert.equal(sum('flink.taskmanager.job.task.operator.my_group.rate.count', isMeasured), 2000)
    assert.equal(stderr.includes('Metrics do not arrive'), false, stderr)
    await receiver.close()
  })

  it('is not held by a collector that does not answer, which it tells once', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const options = otel(`http://127.0.0.1:${String(port)}/v1/metrics`, 'interval=100 ms', 'exporter.timeout=200 ms')
    const run = workspace.start('run', ...options, job)
    await run.untilError(/Metrics do not arrive at .*\(metrics reporter 'otel'\)/)
    run.kill('SIGINT')
    const { stderr, exitCode } = await run.ended
    assert.equal(stderr.split('Metrics do not arrive').length, 2, stderr)
    assert.notEqual(exitCode, null)
    silent.close()
  })

  it('serves metrics on a port of this machine for Prometheus, until it ends', async () => {
    const reporter = 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory'
    const options = [`factory.class=${reporter}`, 'port=0', 'interval=100 ms'].map(
      (key) => `-Dmetrics.reporter.prom.${key}`,
    )
    const run = workspace.start('run', ...options, '-Dmetrics.reporter.jmx.factory.class=x.JMXReporterFactory', job)
    const [, url = ''] = await run.untilError(
      /Metrics for Prometheus: (http:\/\/127\.0\.0\.1:\d+\/metrics) \(metrics reporter 'prom'\)/,
    )
    const read = async () =>
      parseExposition(await (await fetch(url)).text()).get('flink_taskmanager_job_task_operator_seen')
    let seen = await read()
    while (seen?.samples[0]?.value !== 2000) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      seen = await read()
    }
    run.kill('SIGINT')
    const { stderr } = await run.ended
    assert.match(stderr, /The metrics reporter 'jmx' is not started: there is no JMXReporterFactory here\./)
    await assert.rejects(fetch(url))
  })

  it('does not begin where a reporter cannot do what it is asked for', async () => {
    const options = otel('http://127.0.0.1:1/v1/metrics', 'exporter.protocol=grpc')
    const { exitCode, stdout, stderr } = await workspace.run('run', ...options, job, '--ends')
    assert.equal(exitCode, 1, stdout)
    assert.match(stderr, /The metrics reporter 'otel' cannot be started: it speaks OTLP over HTTP and no grpc/)
    assert.equal(stdout.includes('submitted'), false, stdout)
  })
})
