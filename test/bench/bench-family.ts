import type { BenchEngine } from './bench-engine.js'

/** Numbers by name; what one run of a program measured. */
export type Figures = Readonly<Record<string, number>>

export interface BenchSizes {
  /** Records of a rate measurement; undefined: the row's own number. */
  readonly records: number | undefined
  /** Length of the memory row. */
  readonly minutes: number
}

/** Something that is run on its own in a process of its own: a job, or the bound beside it. */
export interface BenchProgram {
  readonly id: string
  /** A bound does not use the engine: it is measured once where two builds are compared. */
  readonly usesEngine: boolean
  /** Fewer runs than asked for, where a single one is long. */
  readonly maxRuns?: number
  measure(engine: BenchEngine, sizes: BenchSizes): Promise<Figures>
}

export interface FigureReference {
  readonly program: string
  readonly figure: string
}

export interface Goal {
  /** What is compared: the figure itself, figure / bound, or figure - bound. */
  readonly of: 'figure' | 'ratio' | 'difference'
  readonly is: 'at least' | 'at most'
  readonly value: number
}

/** A line of the table. */
export interface BenchRow {
  readonly title: string
  readonly unit: string
  readonly value: FigureReference
  readonly bound?: { readonly label: string; readonly value: FigureReference | number }
  /** Absent: the row is there to be read, no goal was set. */
  readonly goal?: Goal
}

/** Rows that belong together and are measured in the same run, its programs interleaved. */
export interface BenchFamily {
  readonly name: string
  /** Too long to be among all rows. */
  readonly isOnlyWhenNamed?: boolean
  /** Starts what its programs need, and returns how to stop it. */
  readonly prepare?: () => Promise<() => Promise<void>>
  readonly programs: readonly BenchProgram[]
  readonly rows: readonly BenchRow[]
}

export function ratioAtLeast(value: number): Goal {
  return { of: 'ratio', is: 'at least', value }
}

export function ratioAtMost(value: number): Goal {
  return { of: 'ratio', is: 'at most', value }
}

export function figureAtMost(value: number): Goal {
  return { of: 'figure', is: 'at most', value }
}

export function figureAtLeast(value: number): Goal {
  return { of: 'figure', is: 'at least', value }
}

export function differenceAtMost(value: number): Goal {
  return { of: 'difference', is: 'at most', value }
}
