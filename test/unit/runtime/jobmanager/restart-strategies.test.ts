import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { loadRestartStrategy } from '../../../../src/runtime/jobmanager/failover/restart-strategy-loader.js'

function strategy(settings: Record<string, string>, clock = new ManualClock()) {
  return loadRestartStrategy(Configuration.fromMap(settings), clock, new SeededRandom(1))
}

describe('restart strategies', () => {
  it('without checkpointing and without a setting a failure is final', () => {
    const none = strategy({})
    none.notifyFailure()
    assert.equal(none.canRestart(), false)
  })

  it('with checkpointing and without a setting the job restarts without end, 1 s apart', () => {
    const fixed = strategy({ 'execution.checkpointing.interval': '1 s' })
    for (let failure = 0; failure < 1000; failure += 1) fixed.notifyFailure()
    assert.equal(fixed.canRestart(), true)
    assert.equal(fixed.backoffMs(), 1000)
  })

  it('fixed-delay grants its attempts over the whole life and no more', () => {
    const fixed = strategy({
      'restart-strategy': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': '3',
      'restart-strategy.fixed-delay.delay': '10 s',
    })
    const granted = [1, 2, 3, 4].map(() => {
      fixed.notifyFailure()
      return fixed.canRestart()
    })
    assert.deepEqual(granted, [true, true, true, false])
    assert.equal(fixed.backoffMs(), 10_000)
  })

  it('failure-rate forgets failures that are older than its interval', () => {
    const clock = new ManualClock()
    const rate = strategy(
      {
        'restart-strategy': 'failure-rate',
        'restart-strategy.failure-rate.max-failures-per-interval': '2',
        'restart-strategy.failure-rate.failure-rate-interval': '5 min',
        'restart-strategy.failure-rate.delay': '10 s',
      },
      clock,
    )
    const fail = (): boolean => {
      rate.notifyFailure()
      return rate.canRestart()
    }
    assert.deepEqual([fail(), fail(), fail()], [true, true, false])
    clock.advance(300_001)
    assert.equal(fail(), true)
  })

  it('exponential-delay grows to its limit and starts anew after a calm time', () => {
    const clock = new ManualClock()
    const exponential = strategy(
      {
        'restart-strategy.type': 'exponential-delay',
        'restart-strategy.exponential-delay.initial-backoff': '1 s',
        'restart-strategy.exponential-delay.max-backoff': '4 s',
        'restart-strategy.exponential-delay.backoff-multiplier': '2.0',
        'restart-strategy.exponential-delay.jitter-factor': '0',
        'restart-strategy.exponential-delay.reset-backoff-threshold': '1 min',
      },
      clock,
    )
    const waits = [1, 2, 3, 4].map(() => {
      exponential.notifyFailure()
      return exponential.backoffMs()
    })
    assert.deepEqual(waits, [1000, 2000, 4000, 4000])
    clock.advance(64_000)
    exponential.notifyFailure()
    assert.equal(exponential.backoffMs(), 1000)
  })
})
