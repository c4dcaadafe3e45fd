/**
 * One run of a case: the subtasks of the operator, who gets which element, and what came out of all of them. Elements are
 * given one after the other; a keyed record goes to the subtask of its key, others go round, all else goes to everybody, and
 * so does what is broadcast. A restore is the product's own: the snapshot is assigned to new subtasks as a job's is.
 * Afterwards each input tells its watermark and idleness again, as sources that have come back do.
 */
import assert from 'node:assert/strict'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../src/core/keygroups/key-group-assignment.js'
import type { WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'
import { assignState } from '../../src/storage/state-assignment.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import type { OperatorCase } from './operator-case.js'
import type { OutputRoom } from './recording-output.js'
import { status, watermark, type ElementOfInput, type OutputElement } from './stream-elements.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { START_MS, TestOperatorContext } from './test-operator-context.js'
import type { TestStateBackend } from './test-state-backends.js'
import { UnionOutput } from './union-output.js'

const MAX_PARALLELISM = 128

export interface RunInput {
  readonly test: OperatorCase
  readonly backend: TestStateBackend
  readonly room: OutputRoom
  readonly elements: readonly ElementOfInput[]
}

export class OperatorRun {
  /** What the case gives, in the order in which the mode wants it. */
  readonly elements: readonly ElementOfInput[]
  readonly received: unknown[] = []
  /** Calls that said "not done". */
  notDone = 0
  /** To how many subtasks side by side records went. */
  spread = 0
  readonly #input: RunInput
  readonly #union = new UnionOutput(1)
  readonly #watermarks = new Map<number, number>()
  readonly #statuses = new Map<number, WatermarkStatus>()
  #subtasks: StreamOperatorTestHarness[] = []
  #nowMs = START_MS
  #checkpointId = 0
  #states: (OperatorSubtaskState | undefined)[] = []
  /** Subtasks since the last restore that got a record. */
  readonly #busy = new Set<StreamOperatorTestHarness>()
  /** For records without a key. */
  #round = 0

  private constructor(input: RunInput) {
    this.#input = input
    this.elements = input.elements
  }

  static async start(input: RunInput): Promise<OperatorRun> {
    const run = new OperatorRun(input)
    run.#subtasks = run.#make(1)
    for (const subtask of run.#subtasks) await subtask.open()
    return run
  }

  get emitted(): readonly OutputElement[] {
    return this.#union.elements
  }

  /** As the rest of a step: the operator may still wait for an earlier element. */
  push(given: ElementOfInput, betweenCalls?: () => void): void {
    const { input, element } = given
    if (element.kind === 'watermark') this.#watermarks.set(input, element.timestamp)
    if (element.kind === 'status') this.#statuses.set(input, element.status)
    if (element.kind === 'processing-time') this.#nowMs = element.timestamp
    for (const subtask of this.#targetsOf(given)) subtask.process(given, betweenCalls)
    this.#collect()
  }

  /** As a step of its own: no input while the operator waits. */
  async process(given: ElementOfInput, betweenCalls?: () => void): Promise<void> {
    this.push(given, betweenCalls)
    await this.resumed()
  }

  async resumed(): Promise<void> {
    for (const subtask of this.#subtasks) await subtask.resumed()
    this.#collect()
  }

  /** A checkpoint that completes. */
  async snapshot(): Promise<void> {
    this.#checkpointId += 1
    const subtasks = this.#subtasks
    this.#states = []
    for (const [index, subtask] of subtasks.entries()) {
      this.#states.push(await subtask.snapshot(this.#checkpointId))
      this.#union.add(index, subtask.context.output.takeBeforeBarrier())
    }
    for (const { operator } of subtasks) await operator.notifyCheckpointComplete(this.#checkpointId)
  }

  /** The subtasks fail: what they did after the barrier is lost, and others begin from the last snapshot. */
  async restore(parallelism = 1): Promise<void> {
    for (const subtask of this.#subtasks) await this.#close(subtask)
    const states = this.#assigned(parallelism)
    this.#union.restart(parallelism)
    this.#subtasks = this.#make(parallelism)
    this.#busy.clear()
    for (const [index, subtask] of this.#subtasks.entries()) {
      await subtask.open(states[index], this.#checkpointId)
      // Else what is told again would wait for results, and look like news.
      await subtask.answered()
      this.#union.add(index, subtask.context.output.take())
      this.#repeatTime(subtask)
      this.#union.addRepeated(index, subtask.context.output.take())
    }
  }

  /** The sources that come back do not know how far time was. */
  forgetTime(): void {
    this.#watermarks.clear()
    this.#statuses.clear()
  }

  async snapshotAndRestore(parallelism?: number): Promise<void> {
    await this.snapshot()
    await this.restore(parallelism)
  }

  /** The inputs have ended. */
  async end(): Promise<void> {
    await this.resumed()
    for (const subtask of this.#subtasks) await subtask.finish()
    this.#collect()
    for (const subtask of this.#subtasks) await this.#close(subtask)
    this.#collect()
  }

  /** A record goes to one subtask, everything else to all of them. */
  #targetsOf({ input, element }: ElementOfInput): readonly StreamOperatorTestHarness[] {
    const all = this.#subtasks
    const [first] = all
    if (element.kind !== 'record' || first === undefined) return all
    if (this.#input.test.broadcastInputs?.includes(input) === true) return all
    const target = all[this.#subtaskOf(first.keyHashOf(input, element.value))]
    assert.ok(target)
    this.#busy.add(target)
    this.spread = Math.max(this.spread, this.#busy.size)
    return [target]
  }

  #subtaskOf(keyHash: number | undefined): number {
    const parallelism = this.#subtasks.length
    if (keyHash !== undefined) {
      return operatorIndexForKeyGroup(MAX_PARALLELISM, parallelism, keyGroupForHash(keyHash, MAX_PARALLELISM))
    }
    this.#round += 1
    return this.#round % parallelism
  }

  async #close(subtask: StreamOperatorTestHarness): Promise<void> {
    await subtask.close()
    this.notDone += subtask.notDone
  }

  #collect(): void {
    for (const [index, { context }] of this.#subtasks.entries()) this.#union.add(index, context.output.take())
  }

  #repeatTime(subtask: StreamOperatorTestHarness): void {
    for (const [input, timestamp] of this.#watermarks) subtask.process({ input, element: watermark(timestamp) })
    for (const [input, to] of this.#statuses) subtask.process({ input, element: status(to) })
    subtask.setProcessingTime(this.#nowMs)
  }

  #make(parallelism: number): StreamOperatorTestHarness[] {
    const { test, backend, room } = this.#input
    return Array.from({ length: parallelism }, (_, subtaskIndex) => {
      const taskInfo = { subtaskIndex, parallelism, maxParallelism: MAX_PARALLELISM, attemptNumber: this.#checkpointId }
      const context = new TestOperatorContext({ room, taskInfo, nowMs: this.#nowMs })
      backend.install(context)
      const harness = new StreamOperatorTestHarness(test.binding(this.received), context)
      if (test.overdraft !== undefined) harness.overdraft = test.overdraft
      return harness
    })
  }

  #assigned(parallelism: number): readonly OperatorSubtaskState[] {
    const [first] = this.#subtasks
    assert.ok(first)
    const { operatorId, name } = first.operator
    const maxParallelism = MAX_PARALLELISM
    const [header, fullyFinished] = [{ engineVersion: '0', jobId: '0', jobName: 'job', timestamp: 0 }, false]
    const common = { operatorId, name, maxParallelism }
    const state = { ...common, uid: undefined, parallelism: this.#states.length, fullyFinished, subtasks: this.#states }
    const metadata = { ...header, checkpointId: this.#checkpointId, isSavepoint: false, operators: [state] }
    const planned = {
      ...common,
      parallelism,
      maxParallelismDeclared: false,
      keyShape: undefined,
      hasCoordinator: false,
    }
    const assignment = assignState({ metadata, externalPath: 'memory' }, [planned], false)
    return assignment.operators.get(operatorId)?.subtasks ?? []
  }
}
