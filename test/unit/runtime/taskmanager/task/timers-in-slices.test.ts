import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  KeyedProcessFunction,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
} from '../../../../../src/api/functions/process-function.js'
import type { TimerService } from '../../../../../src/api/functions/timer-service.js'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { byName, RecordedProgram } from '../../../graph/recorded-program.js'
import { RingTask } from './ring-task.js'

/** More than a slice of 2 ms could fire if each of them took a ms. */
const MOST_A_STEP = 40

/** A timer for a time that is over, set anew whenever it fires, which takes a ms. */
class ForEver extends KeyedProcessFunction<string, string, string> {
  fired = 0
  takeAMs: () => void = () => undefined
  readonly #set: (timers: TimerService) => void

  constructor(set: (timers: TimerService) => void) {
    super()
    this.#set = set
  }

  processElement(_value: string, ctx: KeyedProcessFunctionContext<string>): void {
    this.#set(ctx.timerService())
  }

  override onTimer(_timestampMs: number, ctx: KeyedProcessFunctionOnTimerContext<string>): void {
    this.fired += 1
    this.takeAMs()
    this.#set(ctx.timerService())
  }
}

async function started(userFunction: ForEver): Promise<RingTask> {
  const program = new RecordedProgram()
  const keyed = program.partition(program.source('source'), { kind: 'hash', key: byName })
  const operator = program.operator(keyed, 'forEver', { kind: 'keyed-process', function: userFunction }, {}, byName)
  program.sink(program.partition(operator, { kind: 'rebalance' }), 'sink')
  const ring = await new RingTask({ program, vertex: 1, outputSlots: 8 }).started()
  userFunction.takeAMs = () => {
    ring.clock.advance(1)
  }
  ring.upstream[0]?.writeRecord('a', 1, hashKey('a', 'auto'))
  ring.upstream[0]?.writeWatermark(5)
  ring.upstream[0]?.flush()
  return ring
}

/** Each step fires some timers and gives the thread back; the task can be cancelled in the middle. */
async function goesOnInSteps(ring: RingTask, userFunction: ForEver): Promise<void> {
  await ring.step()
  for (let step = 0; step < 5; step += 1) {
    const before = userFunction.fired
    assert.equal(ring.task.hasWork(), true)
    await ring.step()
    const fired = userFunction.fired - before
    assert.ok(fired > 0 && fired <= MOST_A_STEP, `${String(fired)} timers fired in a step`)
  }
  await ring.task.cancel()
  const { fired } = userFunction
  await ring.step()
  assert.equal(userFunction.fired, fired)
  assert.equal(ring.task.isTerminal, true)
  assert.equal(ring.clock.pendingTimers, 0)
}

describe('A timer that sets itself anew for ever', () => {
  it('leaves the thread to others between two slices of event time, and ends when the task is cancelled', async () => {
    const userFunction = new ForEver((timers) => {
      timers.registerEventTimeTimer(5)
    })
    await goesOnInSteps(await started(userFunction), userFunction)
  })

  it('leaves the thread to others between two slices of processing time, and ends when the task is cancelled', async () => {
    const userFunction = new ForEver((timers) => {
      timers.registerProcessingTimeTimer(900)
    })
    const ring = await started(userFunction)
    await ring.step()
    ring.clock.advance(1)
    await goesOnInSteps(ring, userFunction)
  })
})
