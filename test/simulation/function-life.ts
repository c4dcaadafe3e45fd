/** The hooks of one function object: where they fail, and whether they come in their order, none beside another. */
import type { HookName, JobWorld } from './job-world.js'

/** So long a task that ends waits for what its function is in the middle of; for the hooks of its start it waits until they are done. */
const GRACE_MS = 1000

type LifeState = 'new' | 'opening' | 'open' | 'closed'

export class FunctionLife {
  readonly #world: JobWorld
  readonly #name: string
  #state: LifeState = 'new'
  /** The hook that has not returned. */
  #inside: HookName | undefined
  #insideSinceMs = 0

  constructor(world: JobWorld, name: string) {
    this.#world = world
    this.#name = name
  }

  open(): void | Promise<void> {
    this.#expect('open', ['new'])
    this.#state = 'opening'
    return this.#run('open', () => {
      if (this.#state === 'opening') this.#state = 'open'
    })
  }

  close(): void | Promise<void> {
    if (this.#inside !== undefined && !this.#isReleased) this.#failed(`close began while ${this.#inside} was running`)
    this.#expect('close', ['new', 'opening', 'open'])
    this.#state = 'closed'
    return this.#run('close')
  }

  /** Any hook between open and close, or before open: `initializeState`. */
  hook(name: HookName, then?: () => void): void | Promise<void> {
    this.#expect(name, name === 'initializeState' ? ['new'] : ['open'])
    return this.#run(name, then)
  }

  record(): void {
    this.#expect('a record', ['open'])
  }

  /** Synchronous where the world has nothing against it, as most functions are. */
  #run(name: HookName, then: () => void = () => undefined): void | Promise<void> {
    const before = this.#world.beforeHook(name, this.#name)
    if (before === undefined) return then()
    this.#inside = name
    this.#insideSinceMs = this.#world.now()
    return before.then(then).finally(() => {
      this.#inside = undefined
    })
  }

  get #isReleased(): boolean {
    const isStarting = this.#inside === 'open' || this.#inside === 'initializeState'
    return !isStarting && this.#world.now() - this.#insideSinceMs >= GRACE_MS - 1
  }

  #expect(what: string, states: readonly LifeState[]): void {
    if (!states.includes(this.#state)) this.#failed(`${what} came when it was ${this.#state}`)
  }

  #failed(reason: string): void {
    this.#world.fail(`the function "${this.#name}" of ${this.#world.runName}: ${reason}`)
  }
}
