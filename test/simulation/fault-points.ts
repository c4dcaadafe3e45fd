/**
 * The steps of the protocol at which a process may be killed: right before one, or right after it and before anybody hears of it.
 * Disk and links of the simulation pass them; nothing in the engine knows of them.
 */
export const FAULT_POINTS = [
  'create',
  'write',
  'sync',
  'rename',
  'sync directory',
  'delete',
  'read',
  'trigger-checkpoint',
  'acknowledge-checkpoint',
  'decline-checkpoint',
  'notify-checkpoint-complete',
  'notify-checkpoint-aborted',
] as const

export const MOMENTS = ['before', 'after'] as const

export type FaultPointName = (typeof FAULT_POINTS)[number]

export interface FaultPoint {
  readonly at: FaultPointName
  readonly when: (typeof MOMENTS)[number]
  /** So many are let pass. */
  readonly skipped: number
}

interface Armed {
  readonly point: FaultPoint
  /** Of whoever passes it. */
  readonly strike: (process: string) => void
  left: number
}

export function describePoint({ at, when }: FaultPoint): string {
  return `${when} a ${at}`
}

export class FaultPoints {
  readonly #armed = new Set<Armed>()

  /** Strikes once. What it gives takes it back. */
  arm(point: FaultPoint, strike: Armed['strike']): () => void {
    const armed: Armed = { point, strike, left: point.skipped }
    this.#armed.add(armed)
    return () => this.#armed.delete(armed)
  }

  /** `process`: whose disk or message it is. */
  passes(when: FaultPoint['when'], step: string, process: string): void {
    for (const armed of [...this.#armed]) {
      if (armed.point.at !== step || armed.point.when !== when) continue
      armed.left -= 1
      if (armed.left >= 0) continue
      this.#armed.delete(armed)
      armed.strike(process)
    }
  }
}
