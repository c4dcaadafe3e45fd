/** How a simulated worker lets go of its thread: turns come after a while, a sleeper is woken by its real doorbell only. */
import type { LoopScheduler } from '../../src/runtime/taskmanager/taskexecutor/task-loop.js'
import type { SimulatedProcess } from './simulated-process.js'

const ASLEEP = 1
const AWAKE = 0
const LONGEST_TURN_MS = 4

export class SimulatedDoorbell implements LoopScheduler {
  readonly #bell: Int32Array
  readonly #process: SimulatedProcess
  readonly #guarded: (action: () => void) => void
  /** What a ring calls; it stays armed when the worker wakes for another reason. */
  #sleeper: (() => void) | undefined
  #isAsleep = false

  constructor(memory: SharedArrayBuffer, process: SimulatedProcess, guarded: (action: () => void) => void) {
    this.#bell = new Int32Array(memory)
    this.#process = process
    this.#guarded = guarded
  }

  yieldNow(turn: () => void): void {
    const { random } = this.#process.simulation
    const delayMs = random.nextInt(LONGEST_TURN_MS * 1000) / 1000
    this.#process.setTimer(delayMs, () => {
      this.#guarded(turn)
    })
  }

  sleep(hasWork: () => boolean, turn: () => void): boolean {
    this.#bell[0] = ASLEEP
    if (hasWork()) {
      this.#bell[0] = AWAKE
      return false
    }
    this.#isAsleep = true
    this.#sleeper = turn
    return true
  }

  awake(): void {
    this.#bell[0] = AWAKE
    this.#isAsleep = false
  }

  /** Wakes the sleeper if somebody else rang. */
  answer(): void {
    const turn = this.#sleeper
    if (turn === undefined || !this.#isAsleep || this.#bell[0] === ASLEEP) return
    this.#sleeper = undefined
    this.#isAsleep = false
    this.yieldNow(turn)
  }
}
