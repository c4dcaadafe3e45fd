import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restartStrategyText } from '../../../src/cluster/restart-strategy-text.js'
import { Configuration } from '../../../src/core/config/configuration.js'

function textOf(settings: Record<string, string>): string {
  return restartStrategyText(Configuration.fromMap(settings))
}

test('a restart strategy is told in the words of Flink', () => {
  assert.equal(textOf({}), 'Cluster level default restart strategy')
  assert.equal(textOf({ 'restart-strategy.type': 'none' }), 'Restart deactivated.')
  const fixed = { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.attempts': '3' }
  assert.equal(
    textOf({ ...fixed, 'restart-strategy.fixed-delay.delay': '90 s' }),
    'Restart with fixed delay (90 s). #3 restart attempts.',
  )
  const rate = { 'restart-strategy.type': 'failure-rate', 'restart-strategy.failure-rate.delay': '100 ms' }
  assert.equal(
    textOf({ ...rate, 'restart-strategy.failure-rate.failure-rate-interval': '5 min' }),
    'Failure rate restart with maximum of 1 failures within interval 5 min and fixed delay 100 ms.',
  )
  assert.match(
    textOf({ 'restart-strategy.type': 'exponential-delay' }),
    /^Restart with exponential delay: starting at \d+ \w+, increasing by \d\.\d{6}, with maximum \d+ \w+\. Delay resets after /,
  )
})
