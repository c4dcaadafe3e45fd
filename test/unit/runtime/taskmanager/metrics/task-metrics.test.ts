import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MeasuredTask, type Metrics } from './measured-task.js'

function pick(metrics: Metrics, ...names: readonly string[]): unknown[] {
  return names.map((name) => metrics[name])
}

const TIMES = ['busyTimeMsPerSecond', 'backPressuredTimeMsPerSecond', 'idleTimeMsPerSecond'] as const

/** Takes no time (its number is 0) and more than a buffer. */
const LARGE = ' '.repeat(5000)

/** One second: 300 ms in the function, 200 ms without input, 500 ms without room in the output. */
async function liveOneSecond(measured: MeasuredTask): Promise<void> {
  await measured.feed(100, 100, 100)
  measured.clock.advance(200)
  await measured.feed(LARGE)
  measured.clock.advance(500)
  await measured.drainOutput()
}

function workingTask(intervalMs = 10_000): MeasuredTask {
  return new MeasuredTask({
    intervalMs,
    map: (value, clock) => {
      clock.advance(Number(value))
      return value
    },
  })
}

describe('The times of a task', () => {
  it('are 300, 500 and 200 ms a second when it is busy 30 %, back-pressured 50 % and idle 20 %', async () => {
    const measured = workingTask()
    await measured.run()
    for (let second = 0; second < 11; second += 1) await liveOneSecond(measured)
    assert.deepEqual(
      measured.reports.map((report) => pick(report, ...TIMES)),
      [
        [300, 500, 200],
        [300, 500, 200],
      ],
      'the first report after a second, the next after the interval',
    )
    const last = measured.lastReport
    assert.deepEqual(pick(last, 'softBackPressuredTimeMsPerSecond', 'hardBackPressuredTimeMsPerSecond'), [500, 0])
    assert.equal(last['isBackPressured'], 'true', 'the report came at the end of a second')
    const accumulated = ['accumulateBusyTimeMs', 'accumulateBackPressuredTimeMs', 'accumulateIdleTimeMs']
    assert.deepEqual(pick(last, ...accumulated), [3300, 5500, 2200])
  })

  it('are those of the last minute', async () => {
    const measured = workingTask(60_000)
    await measured.run()
    for (let second = 0; second < 30; second += 1) await liveOneSecond(measured)
    measured.clock.advance(91_000)
    assert.deepEqual(pick(measured.lastReport, ...TIMES), [0, 0, 1000])
    assert.deepEqual(pick(measured.lastReport, 'accumulateBusyTimeMs'), [9000])
  })

  it('do not begin before the task runs and end with it', async () => {
    const measured = workingTask(1000)
    measured.clock.advance(1000)
    assert.deepEqual(pick(measured.lastReport, ...TIMES), [0, 0, 0])
    await measured.run()
    measured.clock.advance(1000)
    assert.deepEqual(pick(measured.lastReport, ...TIMES), [0, 0, 1000])
    void measured.task.cancel()
    await measured.run()
    const before = measured.reports.length
    measured.clock.advance(3000)
    assert.equal(measured.reports.length, before + 1, 'one last report after the end')
    assert.deepEqual(pick(measured.lastReport, 'accumulateIdleTimeMs'), [1000])
    measured.clock.advance(10_000)
    assert.equal(measured.clock.pendingTimers, 0)
  })
})

describe('The counts of a task', () => {
  it('are its records, a second and in sum, of the task and of the operators at its ends', async () => {
    const measured = workingTask(10_000)
    await measured.run()
    await measured.feed(0, 0, 0, 0, 0)
    await measured.drainOutput()
    measured.clock.advance(1000)
    const names = ['numRecordsIn', 'numRecordsInPerSecond', 'numRecordsOut', 'numRecordsOutPerSecond']
    assert.deepEqual(pick(measured.lastReport, ...names), [5, 5, 5, 5])
    assert.deepEqual(pick(measured.lastReport, 'work__hard.numRecordsIn', 'work__hard.numRecordsOut'), [5, 5])
    assert.deepEqual(measured.output.values, [0, 0, 0, 0, 0])
  })

  it('are those of now when somebody looks, and said before the time; where nothing is to be reported only that is said', async () => {
    const measured = workingTask(10_000)
    await measured.run()
    await measured.feed(0, 0)
    await measured.drainOutput()
    measured.reportNow()
    assert.equal(measured.lastReport['numRecordsIn'], 2)
    assert.deepEqual(measured.reported.slice(-2), ['report-metrics', 'report-time'])
    const silent = workingTask(0)
    await silent.run()
    silent.reportNow()
    assert.deepEqual([silent.reports.length, silent.reported.at(-1)], [0, 'report-time'])
  })

  it('say how many buffers wait upstream and downstream of it', async () => {
    const measured = workingTask(1000)
    await measured.run()
    await measured.feed(0)
    await measured.feed(0)
    measured.fillInput(0)
    measured.clock.advance(1000)
    const input = pick(measured.lastReport, ...bufferMetrics('Input', 'inputQueueLength', 'inPoolUsage'))
    const output = pick(measured.lastReport, ...bufferMetrics('Output', 'outputQueueLength', 'outPoolUsage'))
    assert.deepEqual(
      [input, output],
      [
        [1, 0.25],
        [1, 1],
      ],
    )
    assert.ok(Number(measured.lastReport['numBytesIn']) > 0)
    assert.ok(Number(measured.lastReport['numBytesOut']) > 0)
  })

  it('tell the watermark, and how long barriers took to come and to align', async () => {
    const measured = workingTask(1000)
    await measured.run()
    measured.clock.advance(1000)
    assert.equal(measured.lastReport['currentInputWatermark'], '-9223372036854775808')
    await measured.feedWatermark(77)
    await measured.feedBarrier(1, measured.clock.now() - 40)
    measured.clock.advance(1000)
    const names = ['currentInputWatermark', 'checkpointAlignmentTime', 'checkpointStartDelayNanos']
    assert.deepEqual(pick(measured.lastReport, ...names), ['77', 0, 40_000_000])
    assert.equal(measured.lastReport['work__hard.currentOutputWatermark'], '77')
  })
})

function bufferMetrics(side: string, ...names: readonly string[]): string[] {
  return names.map((name) => `Shuffle.Netty.${side}.Buffers.${name}`)
}
