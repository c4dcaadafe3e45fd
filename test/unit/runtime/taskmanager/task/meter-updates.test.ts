import assert from 'node:assert/strict'
import { it } from 'node:test'
import { METER_UPDATE_INTERVAL_MS } from '../../../../../src/core/metrics/meter.js'
import { MetricGroup } from '../../../../../src/core/metrics/metric-group.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { MeterUpdates } from '../../../../../src/runtime/taskmanager/task/meter-updates.js'

it('meters of a task and of the groups in it get their rate every five seconds, until the task ends', () => {
  const clock = new ManualClock()
  const metrics = new MetricGroup(['job', 'task', '0'])
  const meter = metrics.addGroup('operator').meter('records')
  const updates = new MeterUpdates(metrics, clock)
  updates.start()
  meter.markEvent(120)
  assert.equal(meter.getRate(), 0)
  clock.advance(METER_UPDATE_INTERVAL_MS)
  assert.equal(meter.getRate(), 2, '120 in the last minute')
  clock.advance(60_000 - METER_UPDATE_INTERVAL_MS)
  assert.equal(meter.getRate(), 2)
  clock.advance(METER_UPDATE_INTERVAL_MS)
  assert.equal(meter.getRate(), 0, 'a minute has passed')
  updates.stop()
  assert.equal(clock.pendingTimers, 0)
})
