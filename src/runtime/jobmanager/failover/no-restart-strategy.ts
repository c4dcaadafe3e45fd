// Duty: restart strategy `none`: the first failure is final.
// Invariants: none.
// Thread: main thread.
import type { RestartBackoffTimeStrategy } from './restart-backoff-time-strategy.js'

export class NoRestartStrategy implements RestartBackoffTimeStrategy {
  notifyFailure(): void {
    // A failure changes nothing: there is no state to keep.
  }

  canRestart(): boolean {
    return false
  }

  backoffMs(): number {
    return 0
  }

  describe(): string {
    return 'none'
  }
}
