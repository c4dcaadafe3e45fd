/**
 * Two operators that emit the numbers which their coordinator hands out: a source that asks for them, and one in the middle of a
 * job that gets them unasked and hands on records meanwhile. Both give a range back now and then. A subtask of the source other
 * than the first may end while it waits for an answer: what is on its way to it then is somebody else's.
 */
import type { OperatorSpec } from '../../src/api/dag/operator-spec.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { ListStateDescriptor, type ListState } from '../../src/index.js'
import {
  MAX_WATERMARK,
  NO_TIMESTAMP,
  type WatermarkStatus,
} from '../../src/runtime/taskmanager/network/stream-element.js'
import { WatermarkEmitter } from '../../src/runtime/taskmanager/eventtime/watermark-emitter.js'
import type { OperatorEventHandler } from '../../src/runtime/taskmanager/operators/operator-event-handler.js'
import { StreamOperatorBase } from '../../src/runtime/taskmanager/operators/stream-operator-base.js'
import type {
  Input,
  OneInputStreamOperator,
  OperatorContext,
  SourceStatus,
  SourceStreamOperator,
} from '../../src/runtime/taskmanager/operators/stream-operator.js'
import type { CapturedState } from '../../src/runtime/taskmanager/operators/stream-operator-state-handler.js'
import { HandedOutNumbers, type FromNumberCoordinator, type HeldRange } from './handed-out-numbers.js'
import { numberCoordinator, type NumberCoordinatorPlan, type NumberCoordinatorWorld } from './number-coordinator.js'

export interface HandOutWorld {
  readonly coordinator: NumberCoordinatorWorld
  /** May throw, or end or stop the worker, in the middle of a number. */
  readonly beforeRecord: (value: number) => void
  /** May throw, reject, or take long. */
  readonly beforeEvent: () => void | Promise<void>
  readonly nextInt: (bound: number) => number
  /** A source that has emitted all its numbers waits for it, and asks again. The others may end before the last one. */
  readonly mayEnd: (who: 'last' | 'other') => boolean
}

export const HANDED_OUT = 'handed out'
const GIVES_BACK_ONE_IN = 20
const LONGEST_PAUSE_MS = 20
const PAUSES_ONE_IN = 5
const LEAVES_ONE_IN = 15
const BATCH = 4

export function handOutSource(plan: NumberCoordinatorPlan, world: HandOutWorld): OperatorSpec {
  return specOf(plan, world, (binding, context) => new HandOutSource(binding, context, world))
}

/** Its own numbers go to the side output HANDED_OUT. */
export function handOutMiddle(plan: NumberCoordinatorPlan, world: HandOutWorld): OperatorSpec {
  return specOf(plan, world, (binding, context) => new HandOutMiddle(binding, context, world))
}

function specOf(
  plan: NumberCoordinatorPlan,
  world: HandOutWorld,
  make: (binding: OperatorBinding, context: OperatorContext) => object,
): OperatorSpec {
  const createStreamOperator = (binding: unknown, context: unknown): object =>
    make(binding as OperatorBinding, context as OperatorContext)
  const coordinator = numberCoordinator(plan, world.coordinator)
  return { kind: 'factory', factory: { createStreamOperator }, functions: [], keepsState: true, coordinator }
}

abstract class HandOutOperator extends StreamOperatorBase implements OperatorEventHandler {
  protected readonly world: HandOutWorld
  protected readonly numbers: HandedOutNumbers
  #hasFinished = false
  #state: ListState<HeldRange> | undefined

  constructor(binding: OperatorBinding, context: OperatorContext, world: HandOutWorld) {
    super(binding, context)
    this.world = world
    this.numbers = new HandedOutNumbers((event) => {
      context.operatorEvents.sendEventToCoordinator(event)
    })
  }

  override async initializeState(...restored: Parameters<StreamOperatorBase['initializeState']>): Promise<void> {
    await super.initializeState(...restored)
    this.#state = this.state.operatorBackend.getListState(new ListStateDescriptor<HeldRange>('ranges'))
    this.numbers.restore(this.#state)
  }

  override open(): Promise<void> {
    this.numbers.sayAgain()
    return super.open()
  }

  handleOperatorEvent(event: unknown): void | Promise<void> {
    const before = this.world.beforeEvent()
    const take = (): void => {
      this.numbers.take(event as FromNumberCoordinator)
      if (this.#hasFinished) this.#giveAllBack()
      else this.taken(event as FromNumberCoordinator)
    }
    return before === undefined ? take() : before.then(take)
  }

  /** It emits nothing more. */
  override finish(): Promise<boolean> {
    this.#hasFinished = true
    this.#giveAllBack()
    return super.finish()
  }

  protected override captureState(
    ...request: Parameters<StreamOperatorBase['captureState']>
  ): CapturedState | Promise<CapturedState> {
    if (this.#state !== undefined) this.numbers.store(this.#state)
    return super.captureState(...request)
  }

  #giveAllBack(): void {
    while (this.numbers.hasOwn) this.numbers.giveBack()
  }

  /** The numbers may have changed. */
  protected abstract taken(event: FromNumberCoordinator): void

  /** True where it gave something back instead of emitting it. */
  protected givesBack(): boolean {
    const gives = this.numbers.hasOwn && this.world.nextInt(GIVES_BACK_ONE_IN) === 0
    if (gives) this.numbers.giveBack()
    return gives
  }
}

class HandOutSource extends HandOutOperator implements SourceStreamOperator {
  readonly inputs: readonly Input[] = []
  readonly #watermarks = new WatermarkEmitter(this.output, this.context.time)
  #isAsking = false
  #isPausing = false
  #isCanceled = false

  emitNext(): SourceStatus {
    if (this.#isCanceled) return 'end'
    if (this.#isPausing) return 'waiting'
    for (let left = BATCH; left > 0; left -= 1) {
      if (!this.numbers.isOver && this.givesBack()) continue
      const value = this.numbers.next()
      if (value === undefined) return this.#withoutNumbers()
      this.world.beforeRecord(value)
      this.output.collect({ value }, NO_TIMESTAMP)
    }
    if (this.world.nextInt(PAUSES_ONE_IN) > 0) return 'more'
    this.#pause()
    return 'waiting'
  }

  advanceToEndOfTime(): void {
    this.#watermarks.emitWatermark(MAX_WATERMARK)
  }

  cancel(): void {
    this.#isCanceled = true
  }

  protected taken({ kind }: FromNumberCoordinator): void {
    if (kind !== 'taken-back') this.#isAsking = false
  }

  #withoutNumbers(): SourceStatus {
    if (this.numbers.isOver && this.numbers.isEmpty) {
      if (this.world.mayEnd(this.#mayLeave ? 'other' : 'last')) return 'end'
      this.numbers.isOver = false
      this.#pause()
    } else if (!this.#isAsking && !this.numbers.isOver) {
      this.#isAsking = true
      this.context.operatorEvents.sendEventToCoordinator({ kind: 'want' })
      if (this.#mayLeave && this.world.nextInt(LEAVES_ONE_IN) === 0) return 'end'
    }
    return 'waiting'
  }

  get #mayLeave(): boolean {
    return this.context.taskInfo.subtaskIndex > 0
  }

  #pause(): void {
    this.#isPausing = true
    this.context.clock.setTimer(this.world.nextInt(LONGEST_PAUSE_MS), () => {
      this.context.enqueueMail(() => {
        this.#isPausing = false
      })
    })
  }
}

class HandOutMiddle extends HandOutOperator implements OneInputStreamOperator {
  readonly inputs: readonly Input[] = [this]
  #isTimed = false

  override async open(): Promise<void> {
    await super.open()
    this.#beginTimer()
  }

  processElement(value: unknown, timestamp: number): void {
    this.output.collect(value, timestamp)
  }

  prepareKeys(): void {
    // It has no keys.
  }

  processWatermark(timestamp: number): boolean {
    return this.output.emitWatermark(timestamp)
  }

  processWatermarkStatus(status: WatermarkStatus): boolean {
    this.output.emitWatermarkStatus(status)
    return true
  }

  protected taken(): void {
    this.#beginTimer()
  }

  #beginTimer(): void {
    if (this.#isTimed || !this.numbers.hasOwn) return
    this.#isTimed = true
    const { processingTime } = this.context
    const at = processingTime.currentProcessingTime() + this.world.nextInt(LONGEST_PAUSE_MS)
    processingTime.registerTimer(at, () => this.#emit())
  }

  #emit(): boolean {
    for (let left = BATCH; left > 0 && this.numbers.hasOwn; left -= 1) {
      if (!this.context.isOutputAvailable()) return false
      if (this.givesBack()) continue
      const value = this.numbers.next()
      if (value === undefined) break
      this.world.beforeRecord(value)
      this.output.collectSideOutput(HANDED_OUT, { value }, NO_TIMESTAMP)
    }
    this.#isTimed = false
    this.#beginTimer()
    return true
  }
}
