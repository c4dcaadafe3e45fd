/** The table of rounds that were survived, and the command for those that were not. */
import type { Chain, Kill } from './chaos-plan.js'

export class ChaosReport {
  /** By combination and parallelism. */
  readonly #survived = new Map<string, number>()
  /** By combination. */
  readonly #withInFlight = new Map<string, number>()
  readonly #failed: string[] = []

  /** `inFlightRecords`: of the checkpoint after each kill. */
  survived(chain: Chain, kills: readonly Kill[], inFlightRecords: readonly number[]): void {
    const row = rowOf(chain)
    const overtaken = inFlightRecords.filter((records) => records > 0).length
    this.#withInFlight.set(row, (this.#withInFlight.get(row) ?? 0) + overtaken)
    for (const { parallelism } of kills) {
      const key = keyOf(chain, parallelism)
      this.#survived.set(key, (this.#survived.get(key) ?? 0) + 1)
    }
  }

  failed(chain: Chain, parallelisms: readonly number[]): string {
    const command = commandOf(chain, parallelisms)
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
   * one says how many of the checkpoints that were gone on from had records in flight.
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
      ].map(String)
    })
    const header = ['rounds survived', ...parallelisms.map((p) => `p = ${String(p)}`), 'all', 'in flight']
    const lines = [header, ...rows].map(([name = '', ...cells]) =>
      [name.padEnd(20), ...cells.map((cell) => cell.padStart(12))].join(''),
    )
    return `${lines.join('\n')}\n`
  }
}

/** Plays the job again that differed. */
function commandOf({ seed, kills, backend, mode }: Chain, parallelisms: readonly number[]): string {
  const what = [`--rounds ${String(kills.length)}`, `--seed ${String(seed)}`, `--p ${parallelisms.join(',')}`]
  return `npm run chaos -- ${[...what, `--backend ${backend}`, `--mode ${mode}`].join(' ')}`
}

function rowOf({ backend, mode }: Chain): string {
  return `${backend} ${mode}`
}

function keyOf(chain: Chain, parallelism: number): string {
  return `${rowOf(chain)} ${String(parallelism)}`
}
