/** Kills a process right after an operation of the disk, before anybody hears that it was done. */
import type { CrashPoint } from './scenario.js'

export class CrashTrigger {
  #awaited: CrashPoint | undefined
  #kill: () => void = () => undefined

  arm(after: CrashPoint, kill: () => void): void {
    this.#awaited = after
    this.#kill = kill
  }

  disarm(): void {
    this.#awaited = undefined
  }

  done(operation: string): void {
    if (operation !== this.#awaited) return
    this.disarm()
    this.#kill()
  }
}
