import type { BenchEngine } from './bench-engine.js'
import type { BenchFamily, BenchProgram, BenchSizes, Figures } from './bench-family.js'
import { median } from './median.js'

export interface SuiteOptions {
  readonly runs: number
  readonly sizes: BenchSizes
  /** Told what starts next. */
  readonly onProgress: (text: string) => void
}

/** Medians of every figure, by engine in the order given, then by program and figure. */
export class FamilyResult {
  readonly family: BenchFamily
  /** Why a program gave no figures. */
  readonly failures: string[] = []
  readonly #values = new Map<string, number[]>()

  constructor(family: BenchFamily) {
    this.family = family
  }

  add(engine: number, program: string, figures: Figures): void {
    for (const [figure, value] of Object.entries(figures)) {
      const key = keyOf(engine, program, figure)
      this.#values.set(key, [...(this.#values.get(key) ?? []), value])
    }
  }

  /** NaN where nothing was measured. */
  median(engine: number, program: string, figure: string): number {
    return median(this.#values.get(keyOf(engine, program, figure)) ?? [])
  }
}

/** Bounds stand under engine 0. */
export const FIRST_ENGINE = 0

/**
 * Runs the programs of a family in turn, then all of them again: what the machine does meanwhile meets bound and job, and
 * both engines where two are compared.
 */
export async function measureFamily(
  family: BenchFamily,
  engines: readonly BenchEngine[],
  options: SuiteOptions,
): Promise<FamilyResult> {
  const stop = await family.prepare?.()
  try {
    return await measureInTurn(family, engines, options)
  } finally {
    await stop?.()
  }
}

async function measureInTurn(
  family: BenchFamily,
  engines: readonly BenchEngine[],
  options: SuiteOptions,
): Promise<FamilyResult> {
  const result = new FamilyResult(family)
  for (let run = 0; run < options.runs; run += 1) {
    for (const program of family.programs) {
      if (run >= (program.maxRuns ?? options.runs)) continue
      const turn = [...engines.entries()]
      // No engine is always the one that finds the machine as the other has left it.
      if (run % 2 === 1) turn.reverse()
      for (const [index, engine] of turn) {
        if (index > FIRST_ENGINE && !program.usesEngine) continue
        options.onProgress(`${family.name} ${program.id}, run ${String(run + 1)} of ${String(options.runs)}`)
        await measureProgram({ program, engine, index, result, sizes: options.sizes })
      }
    }
  }
  return result
}

interface Measurement {
  readonly program: BenchProgram
  readonly engine: BenchEngine
  readonly index: number
  readonly result: FamilyResult
  readonly sizes: BenchSizes
}

async function measureProgram({ program, engine, index, result, sizes }: Measurement): Promise<void> {
  try {
    result.add(index, program.id, await program.measure(engine, sizes))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    result.failures.push(`${result.family.name} ${program.id}: ${text}`)
  }
}

function keyOf(engine: number, program: string, figure: string): string {
  return `${String(engine)} ${program} ${figure}`
}
