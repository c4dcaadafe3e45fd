/**
 * Hands out ranges of numbers to the subtasks of its operator: to those that ask, or periodically to one after the other. Its
 * state is the next number, and what was given back, or did not reach its subtask any more, and was not handed out again.
 */
import type {
  OperatorCoordinator,
  OperatorCoordinatorContext,
  OperatorCoordinatorProvider,
  SubtaskGateway,
} from '../../src/api/dag/operator-coordinator.js'
import type { FromNumberCoordinator, NumberRange, ToNumberCoordinator } from './handed-out-numbers.js'

export type CoordinatorHook =
  'start' | 'reset' | 'event' | 'returned' | 'snapshot' | 'ready' | 'hand out' | 'complete' | 'close'

/** What the coordinator reaches of the world around it. */
export interface NumberCoordinatorWorld {
  /** May throw, reject, or take long. */
  readonly before: (hook: CoordinatorHook) => void | Promise<void>
  /** What must never happen happened. */
  readonly fail: (reason: string) => void
}

export interface NumberCoordinatorPlan {
  readonly from: number
  readonly to: number
  /** How many numbers a range has at most. */
  readonly rangeSize: number
  /** A range is handed out each so many ms; undefined: only to who asks. */
  readonly periodMs: number | undefined
}

export function numberCoordinator(
  plan: NumberCoordinatorPlan,
  world: NumberCoordinatorWorld,
): OperatorCoordinatorProvider {
  return { name: 'NumberCoordinator', create: (context) => new NumberCoordinator(plan, world, context) }
}

class NumberCoordinator implements OperatorCoordinator {
  readonly #plan: NumberCoordinatorPlan
  readonly #world: NumberCoordinatorWorld
  readonly #context: OperatorCoordinatorContext
  readonly #gateways = new Map<number, SubtaskGateway>()
  #next: number
  #pool: NumberRange[] = []
  #handedOut = 0
  #inside: CoordinatorHook | undefined
  #state: 'new' | 'started' | 'closed' = 'new'

  constructor(plan: NumberCoordinatorPlan, world: NumberCoordinatorWorld, context: OperatorCoordinatorContext) {
    this.#plan = plan
    this.#world = world
    this.#context = context
    this.#next = plan.from
  }

  resetToCheckpoint(_checkpointId: number, state: Uint8Array | undefined): void | Promise<void> {
    this.#expect(this.#state === 'new', 'a reset after the start')
    if (state === undefined) return
    const { next, pool } = JSON.parse(new TextDecoder().decode(state)) as { next: number; pool: NumberRange[] }
    this.#next = next
    this.#pool = pool
    return this.#in('reset', () => undefined)
  }

  start(): void | Promise<void> {
    this.#expect(this.#state === 'new', 'a second start')
    this.#state = 'started'
    const { periodMs } = this.#plan
    if (periodMs !== undefined) {
      const handOut = (): void | Promise<void> => this.#in('hand out', () => this.#handOutUnasked())
      this.#context.callAsyncPeriodically(() => Promise.resolve(), handOut, { initialDelayMs: 1, periodMs })
    }
    return this.#in('start', () => undefined)
  }

  handleEventFromOperator(subtask: number, _attempt: number, event: unknown): void | Promise<void> {
    return this.#in('event', () => {
      const said = event as ToNumberCoordinator
      if (said.kind === 'want') {
        this.#send(subtask, this.#answer())
      } else {
        this.#pool.push(said.range)
        this.#send(subtask, { kind: 'taken-back', range: said.range })
      }
    })
  }

  checkpointCoordinator(): Uint8Array | Promise<Uint8Array> {
    const taken = (): Uint8Array => new TextEncoder().encode(JSON.stringify({ next: this.#next, pool: this.#pool }))
    let state: Uint8Array = taken()
    const done = this.#in('snapshot', () => {
      state = taken()
    })
    return done === undefined ? state : done.then(() => state)
  }

  notifyCheckpointComplete(): void | Promise<void> {
    return this.#in('complete', () => undefined)
  }

  notifyCheckpointAborted(): void {
    this.#expect(this.#state === 'started', 'a notice that comes too early or too late')
  }

  executionAttemptReady(subtask: number, _attempt: number, gateway: SubtaskGateway): void | Promise<void> {
    this.#gateways.set(subtask, gateway)
    return this.#in('ready', () => undefined)
  }

  eventReturned(_subtask: number, _attempt: number, event: unknown): void | Promise<void> {
    return this.#in('returned', () => {
      const sent = event as FromNumberCoordinator
      if (sent.kind === 'range') this.#pool.push(sent.range)
    })
  }

  executionAttemptFailed(): void {
    this.#expect(this.#state === 'started', 'a failure that comes too early or too late')
  }

  close(): void | Promise<void> {
    this.#expect(this.#state !== 'closed', 'a second close')
    this.#state = 'closed'
    return this.#world.before('close')
  }

  #answer(): FromNumberCoordinator {
    const range = this.#nextRange()
    return range === undefined ? { kind: 'no-more' } : { kind: 'range', range }
  }

  #handOutUnasked(): void {
    const ready = [...this.#gateways.keys()]
    const subtask = ready[this.#handedOut % Math.max(1, ready.length)]
    if (subtask === undefined) return
    const range = this.#nextRange()
    if (range === undefined) return
    this.#handedOut += 1
    this.#send(subtask, { kind: 'range', range })
  }

  #nextRange(): NumberRange | undefined {
    const returned = this.#pool.shift()
    if (returned !== undefined) return returned
    const { to, rangeSize } = this.#plan
    if (this.#next >= to) return undefined
    const range: NumberRange = [this.#next, Math.min(to, this.#next + rangeSize)]
    this.#next = range[1]
    return range
  }

  #send(subtask: number, event: FromNumberCoordinator): void {
    const gateway = this.#gateways.get(subtask)
    this.#expect(gateway !== undefined, `something for subtask ${subtask}, which is not ready`)
    gateway?.sendEvent(event)
  }

  /** One method at a time; what it does happens after what it waits for. */
  #in(hook: CoordinatorHook, then: () => void): void | Promise<void> {
    const { fail } = this.#world
    if (this.#inside !== undefined) fail(`a coordinator was told "${hook}" in the middle of "${this.#inside}"`)
    if (this.#state === 'closed') fail(`a coordinator was told "${hook}" after its close`)
    const before = this.#world.before(hook)
    if (before === undefined) {
      then()
      return
    }
    this.#inside = hook
    return before.then(then).finally(() => {
      this.#inside = undefined
    })
  }

  #expect(condition: boolean, what: string): void {
    if (!condition) this.#world.fail(`a coordinator has ${what}`)
  }
}
