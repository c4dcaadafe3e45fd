import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { SystemClock } from '../../../../../src/core/time/system-clock.js'
import { ringBell } from '../../../../../src/runtime/taskmanager/network/doorbell.js'
import type { StepResult } from '../../../../../src/runtime/taskmanager/task/stream-task.js'
import {
  TaskLoop,
  type LoopScheduler,
  type SteppedTask,
} from '../../../../../src/runtime/taskmanager/taskexecutor/task-loop.js'
import {
  ThreadLoopScheduler,
  type SharedInbox,
} from '../../../../../src/runtime/taskmanager/taskexecutor/thread-loop-scheduler.js'
import { turn } from '../../../../operators/operator-harness.js'

/** Keeps turns until the test runs them; sleeps until the test wakes it. */
class PlayedScheduler implements LoopScheduler {
  readonly scheduled: (() => void)[] = []
  asleep: (() => void) | undefined

  yieldNow(next: () => void): void {
    this.scheduled.push(next)
  }

  sleep(hasWork: () => boolean, next: () => void): boolean {
    if (hasWork()) return false
    this.asleep = next
    return true
  }

  awake(): void {
    this.asleep = undefined
  }

  runTurn(): void {
    this.scheduled.shift()?.()
  }

  ring(): void {
    this.asleep?.()
  }
}

class PlayedTask implements SteppedTask {
  steps = 0
  result: StepResult = 'idle'
  work = false
  onStep: () => void = () => undefined

  step(): StepResult {
    this.steps += 1
    this.onStep()
    return this.result
  }

  hasWork(): boolean {
    return this.work
  }
}

function playedLoop(...tasks: PlayedTask[]): { loop: TaskLoop; scheduler: PlayedScheduler; clock: ManualClock } {
  const scheduler = new PlayedScheduler()
  const clock = new ManualClock()
  const loop = new TaskLoop(scheduler, clock, () => undefined)
  loop.setTasks(tasks)
  return { loop, scheduler, clock }
}

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn()
}

describe('A TaskLoop', () => {
  it('steps every task once a turn', () => {
    const tasks = [new PlayedTask(), new PlayedTask(), new PlayedTask()]
    const { scheduler } = playedLoop(...tasks)
    scheduler.runTurn()
    assert.deepEqual(
      tasks.map(({ steps }) => steps),
      [1, 1, 1],
    )
  })

  it('goes on while one task has more, and sleeps when none has', () => {
    const [busy, idle] = [new PlayedTask(), new PlayedTask()]
    busy.result = 'more'
    const { scheduler } = playedLoop(busy, idle)
    for (let index = 0; index < 5; index += 1) scheduler.runTurn()
    assert.equal(busy.steps, 5)
    busy.result = 'idle'
    scheduler.runTurn()
    assert.deepEqual(scheduler.scheduled, [])
    assert.notEqual(scheduler.asleep, undefined)
    scheduler.ring()
    assert.equal(busy.steps, 7)
  })

  it('does not sleep when a task found work after its step', () => {
    const task = new PlayedTask()
    const { scheduler } = playedLoop(task)
    task.work = true
    scheduler.runTurn()
    assert.equal(scheduler.asleep, undefined)
    assert.equal(scheduler.scheduled.length, 1)
  })

  it('schedules one turn however often it is woken', () => {
    const { loop, scheduler } = playedLoop(new PlayedTask())
    for (let index = 0; index < 10; index += 1) loop.wake()
    assert.equal(scheduler.scheduled.length, 1)
  })

  it('takes another turn when it was woken within one', () => {
    const task = new PlayedTask()
    const { loop, scheduler } = playedLoop(task)
    task.onStep = () => {
      if (task.steps === 1) loop.wake()
    }
    scheduler.runTurn()
    assert.equal(scheduler.scheduled.length, 1)
    scheduler.runTurn()
    assert.equal(scheduler.scheduled.length, 0)
  })

  it('serves the event loop in the middle of many slow tasks, and goes on after them', () => {
    const tasks = Array.from({ length: 5 }, () => new PlayedTask())
    const { scheduler, clock } = playedLoop(...tasks)
    for (const task of tasks) task.onStep = () => clock.advance(1)
    const steps = (): number[] => tasks.map((task) => task.steps)
    scheduler.runTurn()
    assert.deepEqual(steps(), [1, 1, 0, 0, 0])
    scheduler.runTurn()
    assert.deepEqual(steps(), [1, 1, 1, 1, 0])
    scheduler.runTurn()
    assert.deepEqual(steps(), [2, 1, 1, 1, 1])
  })

  it('does nothing without tasks', () => {
    const { loop, scheduler } = playedLoop()
    loop.wake()
    assert.deepEqual(scheduler.scheduled, [])
  })
})

/** Messages that lie there until they are taken. */
class PlayedInbox implements SharedInbox {
  waiting = 0
  readonly onTake: () => void

  constructor(onTake: () => void = () => undefined) {
    this.onTake = onTake
  }

  get hasMessages(): boolean {
    return this.waiting > 0
  }

  take(): void {
    this.waiting = 0
    this.onTake()
  }
}

describe('A worker', () => {
  function realLoop(task: SteppedTask, inbox = new PlayedInbox()): { loop: TaskLoop; bell: Int32Array } {
    const memory = new SharedArrayBuffer(4)
    const loop = new TaskLoop(new ThreadLoopScheduler(memory, inbox), new SystemClock(), () => undefined)
    loop.setTasks([task])
    return { loop, bell: new Int32Array(memory) }
  }

  /** Atomics.waitAsync alone does not keep a thread alive. */
  async function until(condition: () => boolean): Promise<void> {
    const alive = setInterval(() => undefined, 1000)
    while (!condition()) await turn()
    clearInterval(alive)
  }

  it('whose tasks are idle is not stepped until its bell rings, then once a ring', async () => {
    const task = new PlayedTask()
    const { bell } = realLoop(task)
    await turns(10)
    const { steps } = task
    await turns(500)
    assert.equal(task.steps, steps)
    for (let ring = 1; ring <= 5; ring += 1) {
      ringBell(bell)
      await until(() => task.steps > steps + ring - 1)
      await turns(50)
      assert.equal(task.steps, steps + ring)
    }
  })

  it('takes what lies in shared memory before a step, woken by its bell, and does not lie down while there is any', async () => {
    const task = new PlayedTask()
    const takenBeforeSteps: number[] = []
    const inbox = new PlayedInbox(() => takenBeforeSteps.push(task.steps))
    const { bell } = realLoop(task, inbox)
    await turns(10)
    const { steps } = task
    inbox.waiting = 3
    ringBell(bell)
    await until(() => task.steps > steps)
    assert.deepEqual(takenBeforeSteps, [steps])
    task.onStep = () => {
      // Somebody has put it there and seen that the worker is awake.
      if (task.steps === steps + 2) inbox.waiting = 1
    }
    ringBell(bell)
    await until(() => task.steps > steps + 2)
    assert.deepEqual(takenBeforeSteps, [steps, steps + 2])
  })

  it('goes on with its tasks where what lies in shared memory cannot be taken', (context) => {
    const immediates: (() => void)[] = []
    context.mock.method(globalThis, 'setImmediate', (callback: () => void) => immediates.push(callback))
    const inbox = new PlayedInbox(() => {
      throw new Error('no message')
    })
    const scheduler = new ThreadLoopScheduler(new SharedArrayBuffer(4), inbox)
    let turnsTaken = 0
    scheduler.yieldNow(() => {
      turnsTaken += 1
    })
    inbox.waiting = 1
    assert.throws(() => immediates[0]?.(), /no message/)
    assert.equal(turnsTaken, 1)
  })

  it('under full load serves timers of user code', async () => {
    const task = new PlayedTask()
    task.result = 'more'
    task.onStep = () => {
      const end = performance.now() + 1
      while (performance.now() < end);
    }
    realLoop(task)
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 5)
    await until(() => ticks >= 10)
    clearInterval(timer)
    assert.ok(task.steps > 10, 'the task went on meanwhile')
    task.result = 'idle'
  })

  it('under full load serves a message within a few steps', async () => {
    const task = new PlayedTask()
    task.result = 'more'
    realLoop(task)
    const { port1, port2 } = new MessageChannel()
    const delays: number[] = []
    port2.on('message', (sentAtStep: number) => delays.push(task.steps - sentAtStep))
    for (let message = 1; message <= 20; message += 1) {
      port1.postMessage(task.steps)
      await until(() => delays.length === message)
    }
    port1.close()
    task.result = 'idle'
    assert.ok(Math.max(...delays) <= 10, `steps until a message was served: ${delays.join(', ')}`)
  })
})
