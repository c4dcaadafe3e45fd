import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { MetricGroup } from '../../../../../src/core/metrics/metric-group.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { TaskStateChanged, WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import {
  MetricsReporter,
  type ReportedTask,
} from '../../../../../src/runtime/taskmanager/taskexecutor/metrics-reporter.js'

/** A task with one counter. */
function task(executionId: string, count: number): ReportedTask {
  const operators = new MetricGroup([])
  operators.counter('seen').inc(count)
  const metrics = { operators, values: () => operators.values() } as unknown as ReportedTask['metrics']
  return { descriptor: { executionId }, isTerminal: false, metrics, timeReport: () => assert.fail('not asked for') }
}

function changed(executionId: string, state: TaskStateChanged['state']): TaskStateChanged {
  return { type: 'task-state-changed', executionId, state, error: undefined, accumulators: undefined }
}

describe('The metrics of a task whose last ones are wanted', () => {
  it('come once more before the word that it has ended, and with no other word', () => {
    const sent: WorkerToMaster[] = []
    const reporter = new MetricsReporter({
      clock: new ManualClock(),
      logger: SILENT_LOGGER,
      send: (message) => sent.push(message),
    })
    reporter.start([task('a', 1), task('b', 2)], 0)
    const messages = [
      changed('b', 'RUNNING'),
      changed('b', 'FINISHED'),
      changed('other', 'FAILED'),
      changed('a', 'CANCELED'),
    ]
    for (const message of messages) reporter.sendAfterMetrics(message)
    const told = sent.map((message) => {
      if (message.type === 'task-state-changed') return `${message.executionId} ${message.state}`
      return message.type === 'report-metrics' ? message.tasks : message.type
    })
    const types = { counters: ['seen'], histograms: [], meters: {} }
    assert.deepEqual(told, [
      'b RUNNING',
      [{ executionId: 'b', values: { seen: 2 }, types }],
      'b FINISHED',
      'other FAILED',
      [{ executionId: 'a', values: { seen: 1 }, types }],
      'a CANCELED',
    ])
    reporter.stop()
  })
})
