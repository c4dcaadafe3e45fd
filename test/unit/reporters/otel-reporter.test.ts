import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import { OtelReporter } from '../../../src/reporters/otel-reporter.js'
import type { ReportedJob } from '../../../src/reporters/reported-job.js'
import type { OtelSettings } from '../../../src/reporters/reporter-settings.js'
import { OtlpReceiver } from './otlp-receiver.js'
import { jobWith, MAP_ID } from './reported-jobs.js'

const SEEN = 'flink.taskmanager.job.task.operator.seen'

describe('The reporter for OpenTelemetry', () => {
  let receiver: OtlpReceiver
  let clock: ManualClock
  let jobs: ReportedJob[]
  let told: string[]
  let reporter: OtelReporter

  async function open(settings: Partial<OtelSettings> = {}): Promise<void> {
    reporter = await OtelReporter.open(
      {
        kind: 'otel',
        name: 'my',
        endpoint: settings.endpoint ?? (await receiver.listen()),
        intervalMs: 1000,
        timeoutMs: 5000,
        compression: 'none',
        service: { 'service.name': 'words' },
        ...settings,
      },
      {
        jobs: () => jobs,
        clock,
        logger: SILENT_LOGGER,
        version: '1.2.3',
        warn: (text) => told.push(`warn ${text}`),
        note: (text) => told.push(`note ${text}`),
      },
    )
  }

  /** Turns the hands by an interval, and waits until the export has ended, whatever became of it. */
  async function exported(): Promise<void> {
    clock.advance(1000)
    while (clock.nextTimerAt() !== clock.now() + 1000) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  function seen(): (number | undefined)[] {
    return receiver.received.map(({ points }) => points.find(({ name }) => name === SEEN)?.value)
  }

  beforeEach(() => {
    receiver = new OtlpReceiver()
    clock = new ManualClock(10_000)
    jobs = [jobWith({ 'Slow__map.seen': 3, 'Slow__map.label': 'north' }, { counters: ['Slow__map.seen'] })]
    told = []
  })

  afterEach(async () => {
    await receiver.close()
    const closed = reporter.close()
    clock.advance(10_000)
    await closed
  })

  it('sends metrics with the names and variables of Flink at its interval', async () => {
    await open()
    await exported()
    const [first] = receiver.received
    assert.equal(first?.url, '/v1/metrics')
    assert.equal(first.scope, 'flink-ts')
    assert.equal(first.resource['service.name'], 'words')
    assert.equal(first.points.length, 1, 'a text is no metric')
    const [{ attributes, ...point } = assert.fail()] = first.points
    const about = { name: SEEN, kind: 'sum', isMonotonic: false, isDelta: true }
    assert.deepEqual(point, { ...about, value: 3, startMs: 10_000, atMs: 11_000 })
    assert.deepEqual([attributes['operator_id'], attributes['operator_name']], [MAP_ID, 'Slow: map'])
    assert.deepEqual([attributes['job_name'], attributes['subtask_index']], ['My job', '0'])
    await exported()
    assert.deepEqual(seen(), [3, 0])
    assert.deepEqual(told, [])
  })

  it('compresses them where that is set', async () => {
    await open({ compression: 'gzip' })
    await exported()
    assert.deepEqual(seen(), [3])
  })

  it('tells once that a collector refuses, loses no count, and tells when it takes them again', async () => {
    await open()
    receiver.answer = 400
    await exported()
    jobs = [jobWith({ 'Slow__map.seen': 5 }, { counters: ['Slow__map.seen'] })]
    await exported()
    assert.equal(told.length, 1, told.join('\n'))
    assert.match(
      told[0] ?? '',
      /^warn Metrics do not arrive at http:.*'my'\): .*\. The job goes on, and so do attempts\.$/,
    )
    receiver.answer = 200
    await exported()
    assert.deepEqual(seen(), [5])
    assert.match(told[1] ?? '', /^note Metrics arrive at http:.* again .*'my'\), after 2 exports that did not\.$/)
    assert.equal(told.length, 2)
  })

  it('sends the last metrics of a job that has ended when it is closed', async () => {
    await open()
    const [job = assert.fail()] = jobs
    jobs = []
    reporter.jobEnded(job)
    await reporter.close()
    await reporter.close()
    assert.deepEqual(seen(), [3])
    assert.equal(clock.pendingTimers, 0)
  })

  it('sends the end of a job once', async () => {
    await open()
    const [job = assert.fail()] = jobs
    jobs = []
    reporter.jobEnded(job)
    await exported()
    await reporter.close()
    assert.deepEqual(seen(), [3])
  })

  it('sends the last metrics where the export that was under way is the first one that arrives again', async () => {
    await open()
    receiver.answer = 400
    await exported()
    receiver.answer = 200
    clock.advance(1000)
    jobs = []
    reporter.jobEnded(jobWith({ 'Slow__map.seen': 5 }, { counters: ['Slow__map.seen'] }))
    await reporter.close()
    assert.deepEqual(seen(), [3, 2])
  })

  it('holds its end no longer than an export takes that gets no answer, and tells that it did not arrive', async () => {
    await open({ timeoutMs: 100 })
    receiver.answer = 'silent'
    await reporter.close()
    assert.match(told.join(), /^warn Metrics do not arrive at .* They were the last ones\.$/)
    assert.equal(clock.pendingTimers, 0)
  })

  it('gives up an answer that has no end, goes on with the next export and leaves no connection', async () => {
    await open({ timeoutMs: 2000 })
    receiver.answer = 'endless'
    clock.advance(1000)
    await receiver.until(() => receiver.asked === 1)
    clock.advance(2500)
    while (clock.nextTimerAt() !== clock.now() + 1000) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.match(told.join(), /^warn Metrics do not arrive at .*: no whole answer in time\. The job goes on/)
    while ((await receiver.connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    receiver.answer = 200
    await exported()
    assert.match(told.at(-1) ?? '', /^note Metrics arrive at .* again .* after one export that did not/)
  })

  it('is not held at its end by an answer that has none, and tells that the last metrics did not arrive', async () => {
    await open({ timeoutMs: 2000 })
    receiver.answer = 'endless'
    const closed = reporter.close()
    await receiver.until(() => receiver.asked === 1)
    clock.advance(2500)
    await closed
    assert.match(told.join(), /: no whole answer in time\. They were the last ones\.$/)
    while ((await receiver.connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(clock.pendingTimers, 0)
  })

  it('names its collector without what may be secret in the address', async () => {
    const endpoint = (await receiver.listen()).replace('http://', 'http://me:secret@')
    await open({ endpoint: `${endpoint}?key=secret` })
    receiver.answer = 400
    await exported()
    assert.match(told.join(), /^warn Metrics do not arrive at http:\/\/127\.0\.0\.1:\d+\/v1\/metrics \(/)
    assert.equal(told.join().includes('secret'), false)
  })

  it('tries no last export where one that was under way has not arrived', async () => {
    await open({ timeoutMs: 100 })
    receiver.answer = 'silent'
    clock.advance(1000)
    await reporter.close()
    assert.equal(receiver.asked, 1)
  })

  it('is held by an exporter that does not give up no longer than three and a half seconds', async () => {
    await open({ timeoutMs: 5000 })
    receiver.answer = 'silent'
    clock.advance(1000)
    let isClosed = false
    const closed = reporter.close().then(() => (isClosed = true))
    clock.advance(3499)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(isClosed, false)
    clock.advance(1)
    await closed
    assert.equal(clock.pendingTimers, 0)
  })
})
