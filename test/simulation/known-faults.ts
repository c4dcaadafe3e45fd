/**
 * Faults of the engine that the simulation finds and that are not mended yet: what brings them about is drawn only where they
 * are asked for (`npm run simulate -- --known <name>`). A row goes with its fault.
 */
import type { FaultKind } from './fault-injector.js'

interface KnownFault {
  readonly what: string
  /** Kinds of faults that are left out. */
  readonly causes: readonly FaultKind[]
}

export const KNOWN_FAULTS: Readonly<Record<string, KnownFault>> = {}

/** Those whose causes are left out. */
export type LeftOut = ReadonlySet<string>

export function allKnownFaultsBut(wanted: readonly string[]): LeftOut {
  const names = Object.keys(KNOWN_FAULTS)
  return new Set(names.filter((name) => !wanted.includes(name) && !wanted.includes('all')))
}

export function isLeftOut(kind: FaultKind, leftOut: LeftOut): boolean {
  return [...leftOut].some((name) => KNOWN_FAULTS[name]?.causes.includes(kind) === true)
}
