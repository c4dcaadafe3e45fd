import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deserializeError } from '../../../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { crc32c } from '../../../../../src/core/memory/crc32c.js'
import { PlayedCoordinator, PlayedWorker, settled } from './played-coordinator.js'

/** A promise that the test settles. */
function held(): { readonly promise: Promise<void>; readonly letGo: () => void } {
  let letGo = (): void => undefined
  const promise = new Promise<void>((resolve) => (letGo = resolve))
  return { promise, letGo: () => letGo() }
}

function inline(...values: readonly number[]) {
  const bytes = Uint8Array.from(values)
  return { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
}

describe('A coordinator in its worker', () => {
  it('is started, without a reset where nothing is restored', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    await settled()
    assert.deepEqual(worker.calls, ['start'])
    const { operatorId, operatorName, currentParallelism } = worker.coordinator.context ?? {}
    assert.deepEqual([operatorId, operatorName, currentParallelism], ['op', 'numbers', 3])
  })

  it('is reset before it is started, with its state or without one', async () => {
    const worker = new PlayedWorker({ checkpointId: 8, state: inline(3, 4) })
    worker.hosted.start()
    await settled()
    assert.deepEqual(worker.calls, ['reset 8 3,4', 'start'])
    const empty = new PlayedWorker({ checkpointId: 9, state: undefined })
    empty.hosted.start()
    await settled()
    assert.deepEqual(empty.calls, ['reset 9 nothing', 'start'])
  })

  it('fails where its state is damaged', async () => {
    const worker = new PlayedWorker({ checkpointId: 8, state: { ...inline(3), crc32c: 1 } })
    worker.hosted.start()
    await settled()
    assert.deepEqual(worker.calls, [])
    assert.equal(worker.ofType('coordinator-failed')[0]?.error.code, 'SNAPSHOT_CORRUPT')
  })

  it('is told one thing at a time, in order, however long each takes', async () => {
    const worker = new PlayedWorker()
    const start = held()
    worker.coordinator.before.set('start', () => start.promise)
    worker.hosted.start()
    worker.ready(1)
    worker.event({ want: 1 })
    worker.trigger(5)
    worker.hosted.notifyCheckpointComplete(5)
    worker.hosted.notifyCheckpointAborted(6)
    await settled()
    assert.deepEqual(worker.calls, ['start'])
    start.letGo()
    await settled()
    const then = ['ready 1/4', 'event 1/4 {"want":1}', 'checkpoint 5', 'complete 5', 'aborted 6']
    assert.deepEqual(worker.calls, ['start', ...then])
  })

  it('gives a copy of its state, after the events that it sent before', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.ready(2)
    await settled()
    const event = { range: [1, 2] }
    worker.coordinator.before.set('checkpoint', () => worker.coordinator.gateways[2]?.sendEvent(event))
    worker.trigger(5)
    await settled()
    event.range.push(3)
    assert.deepEqual(worker.sent, [
      {
        type: 'event-from-coordinator',
        attempt: 4,
        operatorId: 'op',
        subtask: 2,
        subtaskAttempt: 4,
        event: { range: [1, 2] },
      },
      {
        type: 'acknowledge-coordinator-checkpoint',
        attempt: 4,
        operatorId: 'op',
        checkpointId: 5,
        state: inline(1, 2),
        takesEventsBack: true,
      },
    ])
  })

  it('is told of a subtask that begins anew alone, which has another attempt then', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.ready(2)
    worker.reset(2, 9)
    worker.reset(1)
    worker.ready(2, 6)
    await settled()
    worker.coordinator.gateways[2]?.sendEvent('range')
    const calls = ['start', 'ready 2/4', 'subtask reset 2 to 9', 'subtask reset 1 to undefined', 'ready 2/6']
    assert.deepEqual(worker.calls, calls)
    const about = { attempt: 4, operatorId: 'op', subtask: 2, subtaskAttempt: 6 }
    assert.deepEqual(worker.sent, [{ type: 'event-from-coordinator', ...about, event: 'range' }])
  })

  it('is told of what came back in its order, where it wants to know', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.returned('a')
    worker.trigger(5)
    await settled()
    assert.deepEqual(worker.calls, ['start', 'returned 1/4 "a"', 'checkpoint 5'])
    const plain = new PlayedWorker(undefined, () =>
      Object.assign(new PlayedCoordinator(), { eventReturned: undefined }),
    )
    plain.hosted.start()
    plain.returned('a')
    plain.trigger(5)
    await settled()
    assert.equal(plain.ofType('acknowledge-coordinator-checkpoint')[0]?.takesEventsBack, false)
  })

  it('declines a checkpoint that it cannot take, and goes on', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.coordinator.before.set('checkpoint', () => {
      throw new Error('not now')
    })
    worker.trigger(5)
    worker.event('a')
    await settled()
    const [declined] = worker.ofType('decline-coordinator-checkpoint')
    assert.equal(declined?.error.message, 'The coordinator Played of numbers failed: Error: not now')
    assert.deepEqual(worker.calls, ['start', 'checkpoint 5', 'event 1/4 "a"'])
  })

  it('declines a checkpoint for which it gives no bytes', async () => {
    const worker = new PlayedWorker()
    worker.coordinator.state = { next: 3 }
    worker.hosted.start()
    worker.trigger(5)
    await settled()
    assert.match(worker.ofType('decline-coordinator-checkpoint')[0]?.error.message ?? '', /gave no Uint8Array/)
  })

  it('fails its attempt once with what a method throws, and is told nothing any more', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.coordinator.before.set('event', () => Promise.reject(new Error('no such subtask')))
    worker.event('a')
    worker.event('b')
    await settled()
    worker.coordinator.context?.failJob(new Error('a second one'))
    worker.event('c')
    await settled()
    assert.deepEqual(worker.calls, ['start', 'event 1/4 "a"'])
    const [failed, ...others] = worker.ofType('coordinator-failed')
    assert.deepEqual(others, [])
    assert.ok(failed !== undefined)
    const error = deserializeError(failed.error)
    assert.ok(FlinkError.is(error, 'COORDINATOR_FAILED'))
    assert.equal(error.message, 'The coordinator Played of numbers failed: Error: no such subtask')
  })

  for (const [what, created, reason] of [
    ['undefined', undefined, 'create gave undefined, which is no OperatorCoordinator'],
    ['a promise', Promise.resolve({}), /create gave .*Promise.*, which is no OperatorCoordinator/],
    ['an object that lacks methods', { start: () => undefined }, /create gave an object without handleEvent\w+, check/],
  ] as const) {
    it(`fails its attempt where its provider gives ${what}`, async () => {
      const worker = new PlayedWorker(undefined, () => created)
      worker.hosted.start()
      worker.trigger(5)
      await settled()
      const [failed] = worker.ofType('coordinator-failed')
      const message = failed?.error.message ?? ''
      assert.ok(message.startsWith('The coordinator Played of numbers failed: '), message)
      assert.match(message, typeof reason === 'string' ? new RegExp(reason) : reason)
    })
  }

  it('says that it has done what it was told when the last of it has settled, with what that put into its order', async () => {
    const worker = new PlayedWorker()
    const commit = held()
    worker.hosted.start()
    worker.coordinator.before.set('complete', () => {
      worker.coordinator.context?.runInCoordinator(() => commit.promise)
    })
    worker.hosted.notifyCheckpointComplete(5)
    worker.flush()
    await settled()
    assert.deepEqual(worker.ofType('coordinator-flushed'), [])
    commit.letGo()
    await settled()
    assert.deepEqual(worker.sent, [{ type: 'coordinator-flushed', attempt: 4, operatorId: 'op' }])
    worker.flush()
    await settled()
    assert.equal(worker.ofType('coordinator-flushed').length, 2)
  })

  it('does not say so where it fails before', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.coordinator.before.set('complete', () => Promise.reject(new Error('no commit')))
    worker.hosted.notifyCheckpointComplete(5)
    worker.flush()
    await settled()
    assert.deepEqual(
      worker.sent.map(({ type }) => type),
      ['coordinator-failed'],
    )
  })

  it('fails with an error that nobody caught, as long as it is open', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    await settled()
    assert.equal(worker.hosted.fail(new Error('left alone')), true)
    assert.equal(worker.hosted.fail(new Error('left alone')), false)
    assert.match(worker.ofType('coordinator-failed')[0]?.error.message ?? '', /numbers failed: Error: left alone$/)
  })

  it('fails its attempt by failJob', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    await settled()
    worker.coordinator.context?.failJob(new Error('the source is gone'))
    assert.match(
      worker.ofType('coordinator-failed')[0]?.error.message ?? '',
      /numbers failed: Error: the source is gone/,
    )
  })

  it('refuses to send what cannot be copied, and names who wanted to', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.ready(0)
    await settled()
    assert.throws(
      () => worker.coordinator.gateways[0]?.sendEvent({ callback: () => undefined }),
      (error) =>
        FlinkError.is(error, 'OPERATOR_EVENT_NOT_CLONEABLE') && error.message.startsWith('The coordinator Played'),
    )
  })

  it('hears what came of a call in the order of its methods', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    await settled()
    const event = held()
    worker.coordinator.before.set('event', () => event.promise)
    const heard: string[] = []
    worker.coordinator.context?.callAsync(
      () => Promise.resolve(7),
      (result) => void heard.push(String(result)),
    )
    worker.coordinator.context?.callAsync(
      () => Promise.reject(new Error('no splits')),
      (_, error) => void heard.push(error?.message ?? 'no error'),
    )
    worker.event('a')
    await settled()
    event.letGo()
    await settled()
    assert.deepEqual(heard, ['7', 'no splits'])
  })

  it('calls periodically, the next time when the last has ended, until it is closed', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    await settled()
    const works: ReturnType<typeof held>[] = []
    let rounds = 0
    worker.coordinator.context?.callAsyncPeriodically(
      () => {
        const work = held()
        works.push(work)
        return work.promise
      },
      () => {
        rounds += 1
      },
      { initialDelayMs: 5, periodMs: 10 },
    )
    worker.clock.advance(4)
    assert.equal(works.length, 0)
    worker.clock.advance(100)
    assert.equal(works.length, 1)
    works[0]?.letGo()
    await settled()
    assert.equal(rounds, 1)
    worker.clock.advance(10)
    assert.equal(works.length, 2)
    void worker.hosted.close()
    works[1]?.letGo()
    await settled()
    worker.clock.advance(100)
    assert.deepEqual([works.length, rounds], [2, 1])
  })

  it('fails its attempt with what a handler throws', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    await settled()
    worker.coordinator.context?.callAsync(
      () => Promise.resolve(),
      () => {
        throw new Error('in the handler')
      },
    )
    await settled()
    assert.match(worker.ofType('coordinator-failed')[0]?.error.message ?? '', /in the handler/)
  })

  it('is closed once, when what runs has ended, and says so', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    const event = held()
    worker.coordinator.before.set('event', () => event.promise)
    worker.event('a')
    worker.event('b')
    await settled()
    void worker.hosted.close()
    void worker.hosted.close()
    await settled()
    assert.equal(worker.ofType('coordinator-closing').length, 1)
    assert.deepEqual(worker.calls, ['start', 'event 1/4 "a"'])
    event.letGo()
    await settled()
    assert.deepEqual(worker.calls, ['start', 'event 1/4 "a"', 'close'])
    assert.equal(worker.ofType('coordinator-closed').length, 1)
  })

  it('is closed all the same where a method never ends', async () => {
    const worker = new PlayedWorker()
    worker.coordinator.before.set('start', () => held().promise)
    worker.hosted.start()
    await settled()
    void worker.hosted.close()
    await settled()
    assert.deepEqual(worker.calls, ['start'])
    worker.clock.advance(1000)
    await settled()
    assert.deepEqual(worker.calls, ['start', 'close'])
  })

  it('is closed where its close throws, with a word in the log', async () => {
    const worker = new PlayedWorker()
    worker.coordinator.before.set('close', () => Promise.reject(new Error('still open')))
    worker.hosted.start()
    await worker.hosted.close()
    assert.equal(worker.ofType('coordinator-closed').length, 1)
    assert.match(worker.warnings.join(), /did not close.*still open/)
  })

  it('sends nothing when it is being closed', async () => {
    const worker = new PlayedWorker()
    worker.hosted.start()
    worker.ready(0)
    await settled()
    worker.coordinator.before.set('close', () => worker.coordinator.gateways[0]?.sendEvent('late'))
    await worker.hosted.close()
    assert.deepEqual(worker.ofType('event-from-coordinator'), [])
  })
})
