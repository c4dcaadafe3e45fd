/**
 * Faults of the engine that the simulation finds and that are not mended yet: what brings them about is drawn only where they
 * are asked for (`npm run simulate -- --known <name>`). A row goes with its fault.
 */
export type KnownFault = keyof typeof KNOWN_FAULTS

export const KNOWN_FAULTS = {
  'last-transaction': 'what a sink of a bounded job wrote behind the last checkpoint is never committed',
  'slow-consumer': 'a task that drains into a slow consumer, or whose barrier waits there for long, hangs',
  'close-beside-open': 'close begins while open or initializeState of the same function is running',
} as const

/** Those whose causes are left out. */
export type LeftOut = ReadonlySet<KnownFault>

export function allKnownFaultsBut(wanted: readonly string[]): LeftOut {
  const names = Object.keys(KNOWN_FAULTS) as KnownFault[]
  return new Set(names.filter((name) => !wanted.includes(name) && !wanted.includes('all')))
}
