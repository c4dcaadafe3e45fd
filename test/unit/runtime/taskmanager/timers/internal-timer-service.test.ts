import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Span } from '../../../../contract/runtime/spans.js'
import { HEAP, SORTED } from '../../../../contract/runtime/backends-under-test.js'
import type { BackendUnderTest } from '../../../../contract/runtime/state-backend.contract.js'
import { TimerServiceUnderTest, type Fired } from './timer-service-under-test.js'

const [CIAO, HELLO] = [new Span(0, 1), new Span(0, 2)]

const inOrder = (fired: readonly Fired[]): Fired[] =>
  [...fired].sort((a, b) => a[3] - b[3] || JSON.stringify(a).localeCompare(JSON.stringify(b)))

for (const kind of [HEAP, SORTED]) {
  describe(`InternalTimerService on ${kind.name}`, () => {
    describeFiring(kind)
    describeProcessingTime(kind)
    describeSnapshots(kind)
    describeRandom(kind)
  })
}

function describeFiring(kind: BackendUnderTest): void {
  it('fires what is due once a key, namespace and time, and not what was deleted', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    for (const key of ['a', 'b']) {
      for (const namespace of [CIAO, HELLO, CIAO]) timers.at(key).registerEventTimeTimer(namespace, 10)
      timers.at(key).registerEventTimeTimer(CIAO, 11)
    }
    timers.at('a').deleteEventTimeTimer(HELLO, 10)
    timers.at('b').deleteEventTimeTimer(CIAO, 10)
    timers.at('b').deleteEventTimeTimer(CIAO, 12)
    timers.advanceWatermark(10)
    assert.deepEqual(inOrder(timers.takeFired()), [
      ['event', 'a', 1, 10],
      ['event', 'b', 2, 10],
    ])
    timers.advanceWatermark(10)
    assert.deepEqual(timers.takeFired(), [])
    timers.advanceWatermark(Infinity)
    assert.equal(timers.takeFired().length, 2)
  })

  it('knows the time, which while timers fire is that for which they do', async () => {
    const timers = await TimerServiceUnderTest.over(kind, 5)
    assert.equal(timers.service.currentWatermark(), -Infinity)
    assert.equal(timers.service.currentProcessingTime(), 5)
    timers.setProcessingTime(42)
    assert.equal(timers.service.currentProcessingTime(), 42)
    timers.at('a').registerEventTimeTimer(CIAO, 10)
    const seen: number[] = []
    timers.onFired = () => seen.push(timers.service.currentWatermark())
    timers.advanceWatermark(17)
    assert.deepEqual(seen, [17])
  })

  it('fires what a timer registers in the same advance where it is due, and what is late at the next one', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    timers.advanceWatermark(20)
    timers.at('a').registerEventTimeTimer(CIAO, 5)
    assert.deepEqual(timers.fired, [])
    timers.onFired = ([, , , timestamp]) => {
      if (timestamp < 40) timers.service.registerEventTimeTimer(CIAO, timestamp + 10)
    }
    timers.advanceWatermark(30)
    assert.deepEqual(
      timers.takeFired().map((fired) => fired[3]),
      [5, 15, 25],
    )
    timers.advanceWatermark(Infinity)
    assert.deepEqual(
      timers.takeFired().map((fired) => fired[3]),
      [35, 45],
    )
  })

  it('stops between two timers when the output is full, and goes on there', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    for (let time = 0; time < 300; time += 1) timers.at('a').registerEventTimeTimer(CIAO, time)
    timers.onFired = () => {
      timers.hasRoom = false
    }
    for (let calls = 0; calls < 300; calls += 1) {
      timers.hasRoom = true
      timers.manager.advanceWatermark(1000)
      assert.equal(timers.fired.length, calls + 1)
    }
    timers.hasRoom = true
    assert.equal(timers.manager.advanceWatermark(1000), true)
    assert.deepEqual(
      timers.takeFired().map((fired) => fired[3]),
      Array.from({ length: 300 }, (_, time) => time),
    )
  })

  it('refuses what is no time, and takes every number', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    const refused = { code: 'TIMER_TIMESTAMP_INVALID', message: /Op: / }
    for (const time of [Number.NaN, null, undefined, 5n, '5', new Date(5)]) {
      const given = time as number
      assert.throws(() => timers.at('a').registerEventTimeTimer(CIAO, given), refused)
      assert.throws(() => timers.at('a').registerProcessingTimeTimer(CIAO, given), refused)
      assert.throws(() => timers.at('a').deleteEventTimeTimer(CIAO, given), refused)
      assert.throws(() => timers.at('a').deleteProcessingTimeTimer(CIAO, given), refused)
    }
    for (const time of [0, -0, 1.5, -Infinity, Infinity, Number.MAX_SAFE_INTEGER]) {
      timers.at('a').registerEventTimeTimer(CIAO, time)
    }
    timers.advanceWatermark(Infinity)
    assert.deepEqual(
      timers.takeFired().map((fired) => fired[3]),
      [-Infinity, 0, 1.5, Number.MAX_SAFE_INTEGER, Infinity],
    )
  })

  it('makes what a timer throws the error of its operator', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    timers.at('a').registerEventTimeTimer(CIAO, 1)
    timers.onFired = () => {
      throw new Error('boom')
    }
    assert.throws(() => timers.manager.advanceWatermark(1), { code: 'ASSERTION_FAILED', message: /boom/ })
  })
}

function describeProcessingTime(kind: BackendUnderTest): void {
  it('fires at once what is over when the task comes to it late', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    for (const time of [10, 20, 30, 100]) timers.at('a').registerProcessingTimeTimer(CIAO, time)
    assert.equal(timers.comeLate(100), 1)
    const times = timers.takeFired().map(([, , , timestamp]) => timestamp)
    assert.deepEqual(times, [10, 20, 30])
    assert.equal(timers.clock.nextTimerAt(), 101)
  })

  it('has one timer of the clock, for the earliest, however many there are', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    const { clock } = timers
    for (const [namespace, time] of [
      [CIAO, 20],
      [CIAO, 10],
      [CIAO, 30],
      [HELLO, 10],
      [HELLO, Infinity],
    ] as const) {
      timers.at('a').registerProcessingTimeTimer(namespace, time)
      assert.equal(clock.pendingTimers, 1)
    }
    assert.equal(clock.nextTimerAt(), 11)
    timers.setProcessingTime(11)
    assert.equal(timers.takeFired().length, 2)
    assert.deepEqual([clock.pendingTimers, clock.nextTimerAt()], [1, 21])
    timers.onFired = ([, , , timestamp]) => {
      if (timestamp < 40) timers.service.registerProcessingTimeTimer(CIAO, timestamp + 20)
      assert.equal(clock.pendingTimers, 0)
    }
    timers.setProcessingTime(100)
    assert.deepEqual(
      timers.takeFired().map((fired) => fired[3]),
      [20, 30, 40, 50],
    )
    // One for never needs none.
    assert.equal(clock.pendingTimers, 0)
  })

  it('fires the only timer that is set also when it was deleted before', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    for (const time of [10, 20]) {
      timers.at('a').registerProcessingTimeTimer(CIAO, time)
      timers.at('a').deleteProcessingTimeTimer(CIAO, time)
      timers.at('a').registerProcessingTimeTimer(CIAO, time)
      timers.setProcessingTime(time + 1)
      assert.deepEqual(timers.takeFired(), [['processing', 'a', 1, time]])
    }
  })

  it('leaves no timer of the clock when all were deleted, or when it is closed', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    timers.at('a').registerProcessingTimeTimer(CIAO, 10)
    timers.at('a').deleteProcessingTimeTimer(CIAO, 10)
    assert.equal(timers.clock.pendingTimers, 0)
    timers.at('a').registerProcessingTimeTimer(CIAO, 10)
    timers.manager.close()
    assert.equal(timers.clock.pendingTimers, 0)
  })
}

function describeSnapshots(kind: BackendUnderTest): void {
  it('is restored by two subtasks, each with the timers of its keys; those that are over fire at once', async () => {
    const timers = await TimerServiceUnderTest.over(kind)
    const keys = Array.from({ length: 20 }, (_, index) => `key ${String(index)}`)
    for (const key of keys) {
      timers.at(key).registerProcessingTimeTimer(CIAO, 10)
      timers.at(key).registerEventTimeTimer(HELLO, 10)
    }
    const handles = [await timers.snapshot()]
    const fired: Fired[] = []
    for (const index of [0, 1]) {
      const place = { index, parallelism: 2, nowMs: 50 }
      const part = await TimerServiceUnderTest.restoredFrom(kind, handles, place)
      assert.deepEqual(part.fired, [])
      part.setProcessingTime(50)
      assert.ok(part.fired.length > 0 && part.fired.length < 20)
      part.advanceWatermark(10)
      fired.push(...part.takeFired())
    }
    const expected = keys.flatMap((key): Fired[] => [
      ['event', key, 2, 10],
      ['processing', key, 1, 10],
    ])
    assert.deepEqual(inOrder(fired), inOrder(expected))
  })
}

/** Timers as a set of texts. */
class NaiveTimers {
  readonly #timers = new Map<string, Fired>()

  register(timer: Fired): void {
    this.#timers.set(JSON.stringify(timer), timer)
  }

  delete(timer: Fired): void {
    this.#timers.delete(JSON.stringify(timer))
  }

  fire(domain: Fired[0], upTo: number): Fired[] {
    const due = [...this.#timers.values()].filter((timer) => timer[0] === domain && timer[3] <= upTo)
    for (const timer of due) this.delete(timer)
    return due
  }
}

function describeRandom(kind: BackendUnderTest): void {
  const timer = fc.tuple(
    fc.constantFrom('event' as const, 'processing' as const),
    fc.constantFrom<unknown>('a', 'b', 7, [1, 'x']),
    fc.constantFrom(1, 2),
    fc.integer({ min: -5, max: 60 }),
  )
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('register' as const, 'delete' as const), timer }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('register' as const), timer }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('advance' as const, 'restore' as const) }) },
  )

  it('does what a plain set of timers does, with restores between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async (steps) => {
        let timers = await TimerServiceUnderTest.over(kind)
        const naive = new NaiveTimers()
        let time = 0
        const check = (): void => {
          timers.advanceWatermark(time)
          timers.setProcessingTime(time)
          const expected = [...naive.fire('event', time), ...naive.fire('processing', time - 1)]
          assert.deepEqual(inOrder(timers.takeFired()), inOrder(expected))
        }
        for (const next of steps) {
          if (next.kind === 'restore') {
            const place = { index: 0, parallelism: 1, nowMs: time }
            timers = await TimerServiceUnderTest.restoredFrom(kind, [await timers.snapshot()], place)
          } else if (next.kind === 'advance') {
            time += 10
            check()
          } else if ('timer' in next) {
            apply(timers, next)
            naive[next.kind](next.timer)
          }
        }
        time = 1000
        check()
      }),
      { numRuns: 60 },
    )
  })
}

function apply(
  timers: TimerServiceUnderTest,
  { kind, timer: [domain, key, end, timestamp] }: { kind: 'register' | 'delete'; timer: Fired },
): void {
  const service = timers.at(key)
  const namespace = new Span(0, end)
  if (kind === 'register' && domain === 'event') service.registerEventTimeTimer(namespace, timestamp)
  else if (kind === 'register') service.registerProcessingTimeTimer(namespace, timestamp)
  else if (domain === 'event') service.deleteEventTimeTimer(namespace, timestamp)
  else service.deleteProcessingTimeTimer(namespace, timestamp)
}
