import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobInspector } from '../../../../src/client/job-inspector.js'
import { metricRowsOf } from '../../../../src/cli/metrics/job-metric-rows.js'
import { metricLines } from '../../../../src/cli/metrics/metric-lines.js'

/** A job of one vertex with a chain of two operators. */
const JOB = {
  watermarks: () => Promise.resolve({ vertices: [{ id: 'abc', name: 'Source: log -> Keep, if new' }] }),
  jobMetrics: () => Promise.resolve([{ name: 'uptime', value: '42' }]),
  vertexMetrics: () =>
    Promise.resolve([
      { name: '0.numRecordsIn', value: '7' },
      { name: '0.Shuffle.Netty.Input.Buffers.inPoolUsage', value: '0.25' },
      { name: '1.Source__log.my.gauge', value: 'no\u001Brth' },
      { name: '1.currentInputWatermark', value: '-9223372036854775808' },
    ]),
} as unknown as JobInspector

describe('The metrics of a job', () => {
  it('have a scope, a place and a value, which is a number where that is exact', async () => {
    const rows = await metricRowsOf(JOB)
    assert.deepEqual(
      rows.map(({ scope, subtask, operator, name, value }) => [scope, subtask, operator, name, value]),
      [
        ['job', null, null, 'uptime', 42],
        ['task', 0, null, 'numRecordsIn', 7],
        ['task', 0, null, 'Shuffle.Netty.Input.Buffers.inPoolUsage', 0.25],
        ['operator', 1, 'Source__log', 'my.gauge', 'no\u001Brth'],
        ['task', 1, null, 'currentInputWatermark', '-9223372036854775808'],
      ],
    )
  })

  it('are shown with as many digits as they are measured to', () => {
    const place = { scope: 'job', vertex: null, vertexId: null, subtask: null, operator: null } as const
    const values = [68.18208838593405, 0.0012345678, -2.5, 1_234_567.891, 12, '0.123456', 3e-9]
    const lines = metricLines(values.map((value, index) => ({ ...place, name: String(index), value })))
    assert.deepEqual(
      lines.slice(1).map((line) => line.slice('  0  '.length)),
      ['68.18', '0.00123', '-2.5', '1234567.89', '12', '0.123456', '3e-9'],
    )
  })

  it('are shown below what they are of, without power over the terminal', async () => {
    assert.deepEqual(metricLines(await metricRowsOf(JOB)), [
      'Job',
      '  uptime  42',
      '',
      'Source: log -> Keep, if new, subtask 1',
      '  numRecordsIn                             7',
      '  Shuffle.Netty.Input.Buffers.inPoolUsage  0.25',
      '',
      'Source: log -> Keep, if new, subtask 2',
      '  Source__log.my.gauge   no\\u001brth',
      '  currentInputWatermark  -9223372036854775808',
    ])
  })
})
