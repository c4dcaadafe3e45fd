import { runBound } from '../bench-engine.js'
import type { BenchProgram, Figures } from '../bench-family.js'

export interface LoopBound {
  readonly id: string
  readonly loop: 'chain' | 'chain-3' | 'chain-12' | 'count' | 'buckets' | 'bucket-timers'
  readonly records: number
  readonly args?: Readonly<Record<string, string | number>>
}

/** The hand-written loop in one thread, as a program of its own. */
export function loopBound(bound: LoopBound): BenchProgram {
  return {
    id: bound.id,
    usesEngine: false,
    async measure(_engine, sizes) {
      const records = sizes.records ?? bound.records
      const args = Object.entries({ ...bound.args, records }).flatMap(([key, value]) => [`--${key}`, String(value)])
      return JSON.parse(await runBound('loop', [bound.loop, ...args])) as Figures
    },
  }
}
