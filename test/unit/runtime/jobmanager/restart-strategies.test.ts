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

  for (const name of ['none', 'off', 'disable', 'NONE']) {
    it(`${name} means no restart, also with checkpointing`, () => {
      const none = strategy({ 'restart-strategy.type': name, 'execution.checkpointing.interval': '1 s' })
      none.notifyFailure()
      assert.equal(none.canRestart(), false)
    })
  }

  for (const [name, described] of [
    ['fixed-delay', 'fixed-delay (attempts 1, delay 1000 ms)'],
    ['fixeddelay', 'fixed-delay (attempts 1, delay 1000 ms)'],
    ['failure-rate', 'failure-rate (1 in 1 min, delay 1000 ms)'],
    ['failurerate', 'failure-rate (1 in 1 min, delay 1000 ms)'],
    ['exponential-delay', 'exponential-delay (1000 ms x 1.5, at most 1 min)'],
    ['exponentialdelay', 'exponential-delay (1000 ms x 1.5, at most 1 min)'],
  ] as const) {
    it(`${name} has the defaults of Flink`, () => {
      assert.equal(strategy({ 'restart-strategy.type': name }).describe(), described)
    })
  }

  it('fixed-delay never forgets: its attempts count over any time', () => {
    const clock = new ManualClock()
    const fixed = strategy({ 'restart-strategy': 'fixed-delay', 'restart-strategy.fixed-delay.attempts': '1' }, clock)
    fixed.notifyFailure()
    clock.advance(1_000_000_000)
    fixed.notifyFailure()
    assert.equal(fixed.canRestart(), false)
  })

  it('failure-rate counts in a sliding interval, not in fixed ones', () => {
    const clock = new ManualClock()
    const rate = strategy(
      {
        'restart-strategy': 'failure-rate',
        'restart-strategy.failure-rate.max-failures-per-interval': '2',
        'restart-strategy.failure-rate.failure-rate-interval': '100 s',
      },
      clock,
    )
    const granted = [0, 60, 60, 60, 30].map((waitSeconds) => {
      clock.advance(waitSeconds * 1000)
      rate.notifyFailure()
      return rate.canRestart()
    })
    // At 0, 60, 120, 180, 210 s: the last sees 120, 180 and itself.
    assert.deepEqual(granted, [true, true, true, true, false])
  })

  for (const [type, key] of [
    ['fixed-delay', 'fixed-delay.delay'],
    ['failure-rate', 'failure-rate.delay'],
    ['exponential-delay', 'exponential-delay.initial-backoff'],
    ['exponential-delay', 'exponential-delay.max-backoff'],
  ] as const) {
    it(`refuses a ${key} that no job waits for`, () => {
      const settings = { 'restart-strategy.type': type, [`restart-strategy.${key}`]: '999999999 d' }
      const message = /Could not parse value '999999999 d' for key '.+'\. The value must be at most 365 d\./
      assert.throws(() => strategy(settings), { code: 'CONFIG_VALUE_INVALID', message })
    })
  }

  it('refuses a first wait that is longer than the longest', () => {
    const settings = {
      'restart-strategy.type': 'exponential-delay',
      'restart-strategy.exponential-delay.max-backoff': '500 ms',
    }
    assert.throws(() => strategy(settings), {
      code: 'CONFIG_VALUE_INVALID',
      message: /'1000 ms' for key '.+initial-backoff'\. The first wait .+max-backoff: 500 ms\. \(set in its default\)/,
    })
    const set = { ...settings, 'restart-strategy.exponential-delay.initial-backoff': '2 min' }
    assert.throws(() => strategy(set), { message: /'2 min' for key .+\(set in / })
  })

  it('exponential-delay grants as many restarts as are allowed before a reset, anew after each', () => {
    const clock = new ManualClock()
    const exponential = strategy(
      {
        'restart-strategy.type': 'exponential-delay',
        'restart-strategy.exponential-delay.attempts-before-reset-backoff': '2',
        'restart-strategy.exponential-delay.reset-backoff-threshold': '1 min',
        'restart-strategy.exponential-delay.jitter-factor': '0',
      },
      clock,
    )
    const fail = (): boolean => {
      exponential.notifyFailure()
      return exponential.canRestart()
    }
    assert.deepEqual([fail(), fail()], [true, true])
    clock.advance(60_000 + 1500)
    assert.deepEqual([fail(), fail(), fail()], [true, true, false])
  })

  it('exponential-delay does not take its own wait for a calm time', () => {
    const clock = new ManualClock()
    const exponential = strategy(
      {
        'restart-strategy.type': 'exponential-delay',
        'restart-strategy.exponential-delay.initial-backoff': '50 s',
        'restart-strategy.exponential-delay.max-backoff': '1000 s',
        'restart-strategy.exponential-delay.backoff-multiplier': '2.0',
        'restart-strategy.exponential-delay.reset-backoff-threshold': '10 s',
        'restart-strategy.exponential-delay.jitter-factor': '0',
      },
      clock,
    )
    exponential.notifyFailure()
    clock.advance(50_000 + 9999)
    exponential.notifyFailure()
    assert.equal(exponential.backoffMs(), 100_000)
    clock.advance(100_000 + 10_000)
    exponential.notifyFailure()
    assert.equal(exponential.backoffMs(), 50_000)
  })

  it('exponential-delay spreads its waits by the jitter factor, up and down, and never further', () => {
    const waits: number[] = []
    for (let seed = 1; seed <= 200; seed += 1) {
      const settings = {
        'restart-strategy.type': 'exponential-delay',
        'restart-strategy.exponential-delay.initial-backoff': '10 s',
        'restart-strategy.exponential-delay.jitter-factor': '0.2',
      }
      const jittered = loadRestartStrategy(Configuration.fromMap(settings), new ManualClock(), new SeededRandom(seed))
      jittered.notifyFailure()
      waits.push(jittered.backoffMs())
    }
    assert.ok(Math.min(...waits) >= 8000 && Math.min(...waits) < 8500)
    assert.ok(Math.max(...waits) <= 12_000 && Math.max(...waits) > 11_500)
  })
})
