/** A timer service by itself, over a backend, with the clock and the room of its task in the hands of the test. */
import assert from 'node:assert/strict'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { keyGroupRangeForOperatorIndex } from '../../../../../src/core/keygroups/key-group-assignment.js'
import type { KeyedStateBackend } from '../../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { OperatorStateBackend } from '../../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { InternalTimeServiceManager } from '../../../../../src/runtime/taskmanager/timers/internal-time-service-manager.js'
import type {
  InternalTimer,
  InternalTimerService,
} from '../../../../../src/runtime/taskmanager/timers/internal-timer-service.js'
import type { KeyedStateHandle } from '../../../../../src/storage/state-handles.js'
import { SPANS, type Span } from '../../../../contract/runtime/spans.js'
import {
  backendOf,
  MAX_PARALLELISM,
  restored,
  snapshotOf,
  type BackendUnderTest,
} from '../../../../contract/runtime/state-backend.contract.js'
import { TestProcessingTimeService } from '../../../../operators/test-processing-time-service.js'

export type Fired = readonly [domain: 'event' | 'processing', key: unknown, end: number, timestamp: number]

export class TimerServiceUnderTest {
  readonly backend: KeyedStateBackend
  readonly clock: ManualClock
  readonly fired: Fired[] = []
  readonly manager: InternalTimeServiceManager
  readonly service: InternalTimerService<Span>
  hasRoom = true
  /** Called by each timer, after it was noted. */
  onFired: (fired: Fired) => void = () => undefined
  readonly #processingTime: TestProcessingTimeService

  private constructor(backend: KeyedStateBackend, nowMs: number) {
    this.backend = backend
    this.clock = new ManualClock(nowMs)
    this.#processingTime = new TestProcessingTimeService(this.clock)
    this.manager = new InternalTimeServiceManager({
      operatorName: 'Op',
      backend,
      operatorState: new OperatorStateBackend('Op'),
      task: {
        clock: this.clock,
        processingTime: this.#processingTime,
        isOutputAvailable: () => this.hasRoom,
      },
      failed: (error) => new FlinkError('ASSERTION_FAILED', { what: String(error) }),
    })
    this.service = this.manager.getInternalTimerService('timers', SPANS, {
      onEventTime: (timer) => {
        this.#note('event', timer)
      },
      onProcessingTime: (timer) => {
        this.#note('processing', timer)
      },
    })
  }

  static async over(kind: BackendUnderTest, nowMs = 0): Promise<TimerServiceUnderTest> {
    return new TimerServiceUnderTest(await backendOf(kind), nowMs)
  }

  /** One of several subtasks, with its share of the handles. */
  static async restoredFrom(
    kind: BackendUnderTest,
    handles: readonly (readonly KeyedStateHandle[])[],
    { index, parallelism, nowMs }: { index: number; parallelism: number; nowMs: number },
  ): Promise<TimerServiceUnderTest> {
    const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, index)
    return new TimerServiceUnderTest(await restored(kind, handles, { keyGroups }), nowMs)
  }

  at(key: unknown): InternalTimerService<Span> {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    return this.service
  }

  snapshot(): Promise<readonly KeyedStateHandle[]> {
    return snapshotOf(this.backend)
  }

  advanceWatermark(timestamp: number): void {
    while (!this.manager.advanceWatermark(timestamp)) assert.ok(this.hasRoom)
  }

  setProcessingTime(timestamp: number): void {
    for (let at = this.clock.nextTimerAt(); at !== undefined && at <= timestamp; at = this.clock.nextTimerAt()) {
      this.clock.runNext()
      for (let due = this.#processingTime.takeDue(); due !== undefined; due = this.#processingTime.takeDue()) {
        while (!due.callback(due.timestamp)) assert.ok(this.hasRoom)
      }
    }
    this.clock.advance(timestamp - this.clock.now())
  }

  /** The task comes to its timers only then. How often it was called back. */
  comeLate(timestamp: number): number {
    this.clock.advance(timestamp - this.clock.now())
    let calls = 0
    for (let due = this.#processingTime.takeDue(); due !== undefined; due = this.#processingTime.takeDue()) {
      calls += 1
      while (!due.callback(due.timestamp)) assert.ok(this.hasRoom)
    }
    return calls
  }

  takeFired(): Fired[] {
    return this.fired.splice(0)
  }

  #note(domain: Fired[0], { key, namespace, timestamp }: InternalTimer<Span>): void {
    assert.equal(this.backend.currentKey(), key)
    const fired: Fired = [domain, key, namespace.end, timestamp]
    this.fired.push(fired)
    this.onFired(fired)
  }
}
