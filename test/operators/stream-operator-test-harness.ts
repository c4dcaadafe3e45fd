/**
 * One subtask of an operator and the task around it: calls the operator as a task may call it, and no otherwise, and
 * checks what every operator owes its task. An operator is not done with a watermark or its end because its output is full:
 *
 * - a call that says so has moved something, unless the output was full before it began;
 * - a call stops when the output is full, a few elements later at most (`overdraft`);
 * - a watermark is done when it is done downstream, or what is left of it is pending at the task;
 * - sooner or later it is done.
 */
import assert from 'node:assert/strict'
import type { KeySpec } from '../../src/api/dag/key-spec.js'
import { hashKey } from '../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../src/core/keygroups/key-group-assignment.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import { createOperator } from '../../src/runtime/taskmanager/task/operator-factory.js'
import type { Input, StreamOperator } from '../../src/runtime/taskmanager/operators/stream-operator.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { settled, snapshotOperator, turn } from './operator-harness.js'
import { WITHOUT_END } from './recording-output.js'
import type { ElementOfInput } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'

/** What one step emits at a time: a record's results in a chain, the results of one timer, the watermark after them. */
const DEFAULT_OVERDRAFT = 4
const MOST_CALLS = 10_000

export class StreamOperatorTestHarness<Operator extends StreamOperator = StreamOperator> {
  readonly context: TestOperatorContext
  readonly operator: Operator
  /** How many elements a call may emit beyond the one that fills the output. */
  overdraft: number = DEFAULT_OVERDRAFT
  /** Calls that said "not done". */
  notDone = 0
  readonly #keys: readonly (KeySpec | undefined)[]

  constructor(binding: OperatorBinding, context: TestOperatorContext = new TestOperatorContext()) {
    this.context = context
    this.operator = createOperator(binding, context) as Operator
    this.#keys = binding.keys
  }

  async open(restored?: OperatorSubtaskState, checkpointId?: number): Promise<this> {
    await this.operator.initializeState(restored, checkpointId)
    await this.operator.open()
    return this
  }

  /** As the task between two steps: processing time, or an element of an input, until the operator is done with it. */
  process({ input, element }: ElementOfInput, betweenCalls: () => void = () => undefined): void {
    switch (element.kind) {
      case 'record':
        this.processElementOf(input, element.value, element.timestamp)
        break
      case 'watermark':
        this.completeWatermark(input, element.timestamp, betweenCalls)
        break
      case 'status':
        this.#call(() => {
          this.#input(input).processWatermarkStatus(element.status)
        })
        break
      case 'processing-time':
        this.setProcessingTime(element.timestamp, betweenCalls)
    }
    this.completeTime(betweenCalls)
    this.runEmissions(betweenCalls)
  }

  processElementOf(input: number, value: unknown, timestamp: number = NO_TIMESTAMP): void {
    const target = this.#input(input)
    const keyHash = this.keyHashOf(input, value)
    this.#call(() => {
      if (keyHash === undefined) target.processElement(value, timestamp, 0)
      else {
        this.#assertIsMine(keyHash)
        target.prepareKeys([keyHash], 0, 1)
        target.processElement(value, timestamp, keyHash)
      }
    })
  }

  /** Undefined where the input is not keyed. */
  keyHashOf(input: number, value: unknown): number | undefined {
    const key = this.#keys[input]
    return key === undefined ? undefined : hashKey(key.select(value), key.kind)
  }

  /** One call. False: not done. */
  callWatermark(input: number, timestamp: number): boolean {
    const end = this.#beginStoppable('processWatermark')
    const isDone = this.#checked(() => this.#input(input).processWatermark(timestamp))
    const isDoneDownstream = this.context.output.refusedWatermark === undefined || this.context.time.isPending
    assert.ok(!isDone || isDoneDownstream, 'the operator is done with a watermark that is not done downstream')
    return end(isDone)
  }

  completeWatermark(input: number, timestamp: number, betweenCalls: () => void = () => undefined): void {
    this.#untilDone(`watermark ${timestamp}`, () => this.callWatermark(input, timestamp), betweenCalls)
  }

  /** What the operator emitted of its own accord and is not done. */
  completeTime(betweenCalls: () => void = () => undefined): void {
    const { time } = this.context
    if (!time.isPending) return
    betweenCalls()
    const call = (): boolean => {
      const end = this.#beginStoppable('the rest of a watermark')
      return end(this.#checked(() => time.continue()))
    }
    this.#untilDone('what is pending', call, betweenCalls)
  }

  /** Timers run at their own times, in order, and the mail of each before the next. */
  setProcessingTime(timestamp: number, betweenCalls: () => void = () => undefined): void {
    const { clock } = this.context
    for (let at = clock.nextTimerAt(); at !== undefined && at <= timestamp; at = clock.nextTimerAt()) {
      clock.runNext()
      this.#runMail()
      this.#runTimers(betweenCalls)
    }
    clock.advance(timestamp - clock.now())
    this.#runMail()
  }

  /** As the task, until nothing is asked for: what the operator emits of its own accord. */
  runEmissions(betweenCalls: () => void = () => undefined): void {
    const { context } = this
    for (let calls = 0; context.mayEmit; calls += 1) {
      assert.ok(calls < MOST_CALLS, 'the operator asks without end for emissions')
      const { output } = context
      output.beginCall(this.overdraft)
      this.#checked(() => {
        context.emissions.run()
      })
      output.drain()
      this.completeTime(betweenCalls)
    }
  }

  /** What a function has begun comes to its end, and the operator takes input again. */
  async resumed(): Promise<void> {
    await this.context.resumed()
    do {
      await turn()
      this.#runMail()
      this.runEmissions()
    } while (this.context.emissions.holdsInput)
  }

  /** All that an asynchronous function was asked about is answered, and out. */
  async answered(): Promise<void> {
    do await this.resumed()
    while (Number(this.context.metrics.values()['numAsyncInFlight'] ?? 0) > 0)
  }

  async snapshot(checkpointId = 1): Promise<OperatorSubtaskState | undefined> {
    const state = await snapshotOperator(this.operator, this.context, checkpointId)
    this.#throwViolation()
    return state
  }

  async finish(): Promise<void> {
    this.context.processingTime.close()
    for (let calls = 1; !(await this.#callFinish()); calls += 1) {
      assert.ok(calls < MOST_CALLS, `the operator is not finished after ${calls} calls`)
    }
    this.completeTime()
  }

  /** After it no timer of the operator may be left. */
  async close(): Promise<void> {
    this.context.processingTime.close()
    await this.operator.close()
    assert.equal(this.context.clock.pendingTimers, 0, 'a timer is left of the operator')
  }

  async finishAndClose(): Promise<void> {
    await this.context.resumed()
    await this.finish()
    await this.close()
  }

  async #callFinish(): Promise<boolean> {
    const end = this.#beginStoppable('finish')
    try {
      return end(await settled(this.operator.finish(), this.context))
    } finally {
      this.#throwViolation()
    }
  }

  #runTimers(betweenCalls: () => void): void {
    const { processingTime } = this.context
    for (let timer = processingTime.takeDue(); timer !== undefined; timer = processingTime.takeDue()) {
      const { timestamp, callback } = timer
      const call = (): boolean => {
        const end = this.#beginStoppable('a processing-time callback')
        return end(this.#checked(() => callback(timestamp)))
      }
      this.#untilDone(`the timer of ${timestamp}`, call, betweenCalls)
      this.completeTime(betweenCalls)
    }
  }

  #untilDone(what: string, call: () => boolean, betweenCalls: () => void): void {
    for (let calls = 1; !call(); calls += 1) {
      assert.ok(calls < MOST_CALLS, `the operator is not done with ${what} after ${calls} calls`)
      betweenCalls()
    }
  }

  #runMail(): void {
    this.#call(() => {
      this.context.runMail()
    })
  }

  #input(index: number): Input {
    const input = this.operator.inputs[index]
    assert.ok(input, `the operator has no input ${index}`)
    return input
  }

  #assertIsMine(keyHash: number): void {
    const { maxParallelism, parallelism, subtaskIndex } = this.context.taskInfo
    const keyGroup = keyGroupForHash(keyHash, maxParallelism)
    const owner = operatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup)
    assert.equal(owner, subtaskIndex, 'a key of another subtask')
  }

  /** A call that cannot stop before its end. */
  #call(action: () => void): void {
    const { output } = this.context
    output.beginCall(WITHOUT_END)
    this.#checked(action)
    output.drain()
  }

  /** What the operator did wrong comes first, whatever it made of the error. */
  #checked<T>(action: () => T): T {
    try {
      return action()
    } finally {
      this.#throwViolation()
    }
  }

  #throwViolation(): void {
    const { violation } = this.context.output
    if (violation !== undefined) throw violation
  }

  /** The result checks the answer and hands it on. */
  #beginStoppable(method: string): (isDone: boolean) => boolean {
    const { output } = this.context
    output.beginCall(this.overdraft)
    const hadRoom = output.isAvailable
    const before = output.progress
    return (isDone) => {
      if (!isDone) {
        this.notDone += 1
        const hasMoved = !hadRoom || output.progress > before
        assert.ok(hasMoved, `the operator says in ${method} that it is not done, and has done nothing`)
      }
      output.drain()
      return isDone
    }
  }
}
