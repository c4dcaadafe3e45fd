/** The table of rounds that were survived, and the command for those that were not. */
import type { Chain, Kill } from './chaos-plan.js'

/** What a chain went on from. */
interface Gone {
  readonly inFlightRecords: readonly number[]
  readonly savepoints: number
}

export class ChaosReport {
  readonly #kind: 'rounds' | 'files'
  /** By combination and parallelism. */
  readonly #survived = new Map<string, number>()
  /** By combination. */
  readonly #withInFlight = new Map<string, number>()
  /** By combination: savepoints that were gone on from. */
  readonly #savepoints = new Map<string, number>()
  readonly #failed: string[] = []

  constructor(kind: 'rounds' | 'files' = 'rounds') {
    this.#kind = kind
  }

  /** `inFlightRecords`: of the checkpoint after each kill. */
  survived(chain: Chain, kills: readonly Kill[], { inFlightRecords, savepoints }: Gone): void {
    const row = rowOf(chain)
    this.#savepoints.set(row, (this.#savepoints.get(row) ?? 0) + savepoints)
    const overtaken = inFlightRecords.filter((records) => records > 0).length
    this.#withInFlight.set(row, (this.#withInFlight.get(row) ?? 0) + overtaken)
    for (const { parallelism } of kills) {
      const key = keyOf(chain, parallelism)
      this.#survived.set(key, (this.#survived.get(key) ?? 0) + 1)
    }
  }

  failed(chain: Chain, parallelisms: readonly number[]): string {
    const command = commandOf(chain, parallelisms, this.#kind)
    this.#failed.push(command)
    return command
  }

  get hasFailed(): boolean {
    return this.#failed.length > 0
  }

  get total(): number {
    return [...this.#survived.values()].reduce((sum, count) => sum + count, 0)
  }

  /**
   * A row for each backend and mode that was played, a column for each parallelism of a run that was killed; the last
   * one says how many of the checkpoints that were gone on from had records in flight; with files, how many runs
   * had a savepoint to stop with, and whether they were killed before they ended or not.
   */
  table(chains: readonly Chain[], parallelisms: readonly number[]): string {
    const each = [...new Map(chains.map((chain) => [rowOf(chain), chain])).values()]
    const rows = each.map((chain) => {
      const counts = parallelisms.map((p) => this.#survived.get(keyOf(chain, p)) ?? 0)
      return [
        rowOf(chain),
        ...counts,
        counts.reduce((sum, count) => sum + count, 0),
        this.#withInFlight.get(rowOf(chain)) ?? 0,
        ...(this.#kind === 'files' ? [this.#savepoints.get(rowOf(chain)) ?? 0] : []),
      ].map(String)
    })
    const header = [
      'rounds survived',
      ...parallelisms.map((p) => `p = ${String(p)}`),
      'all',
      'in flight',
      ...(this.#kind === 'files' ? ['savepoints'] : []),
    ]
    const lines = [header, ...rows].map(([name = '', ...cells]) =>
      [name.padEnd(20), ...cells.map((cell) => cell.padStart(12))].join(''),
    )
    return `${lines.join('\n')}\n`
  }
}

/** Plays the job again that differed. */
function commandOf(
  { seed, kills, backend, mode, recovers, lastParallelism }: Chain,
  parallelisms: readonly number[],
  kind: 'rounds' | 'files',
): string {
  const played = recovers ? parallelisms.map(() => lastParallelism) : parallelisms
  const what = [`--rounds ${String(kills.length)}`, `--seed ${String(seed)}`, `--p ${played.join(',')}`]
  if (recovers) what.unshift('--recover')
  if (kind === 'files') what.unshift('--files')
  return `npm run chaos -- ${[...what, `--backend ${backend}`, `--mode ${mode}`].join(' ')}`
}

function rowOf({ backend, mode }: Chain): string {
  return `${backend} ${mode}`
}

function keyOf(chain: Chain, parallelism: number): string {
  return `${rowOf(chain)} ${String(parallelism)}`
}
