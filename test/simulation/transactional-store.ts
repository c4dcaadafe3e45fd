/**
 * The outside world that the sink writes into, with transactions. A transaction that belongs to a completed checkpoint is
 * committed by name and may be committed again.
 */
import type { Simulation } from './simulation.js'

/** Key, count so far, sum so far. */
export type CountRecord = readonly [key: string, count: number, sum: number]

export interface Transaction {
  readonly name: string
  readonly records: readonly CountRecord[]
}

export class TransactionalStore {
  readonly #simulation: Simulation
  readonly #committed = new Map<string, readonly CountRecord[]>()
  readonly #stopped: string[] = []

  /** Written to the outer system and not visible there. */
  readonly #prepared = new Map<string, readonly CountRecord[]>()
  readonly #told = new Set<string>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  commit({ name, records }: Transaction): void {
    const known = this.#committed.get(name)
    if (known === undefined) {
      const late = this.#stopped.some((runName) => name.startsWith(`${runName},`))
      if (late) this.#simulation.fail(`"${name}" was not committed when its job had been stopped with a savepoint`)
      this.#simulation.note(`committed ${name}: ${records.length} records`)
      this.#committed.set(name, records)
    } else if (JSON.stringify(known) !== JSON.stringify(records)) {
      this.#simulation.fail(`the transaction "${name}" was committed twice with different records`)
    }
  }

  prepare({ name, records }: Transaction): void {
    if (this.#committed.has(name)) this.#simulation.fail(`"${name}" is prepared after it was committed`)
    this.#prepared.set(name, records)
  }

  isCommitted(name: string): boolean {
    return this.#committed.has(name)
  }

  /** What was prepared becomes visible; again it changes nothing. */
  commitPrepared(name: string): void {
    const records = this.#prepared.get(name)
    if (records === undefined) this.#simulation.fail(`"${name}" is committed and was never prepared, or was aborted`)
    else this.commit({ name, records })
  }

  abort(name: string): void {
    if (this.#committed.has(name)) this.#simulation.fail(`"${name}" is aborted after it was committed`)
    this.#prepared.delete(name)
  }

  /** What a sink that writes ahead remembers outside. */
  tell(what: string): void {
    this.#told.add(what)
  }

  wasTold(what: string): boolean {
    return this.#told.has(what)
  }

  /** A run has ended after its savepoint: all that it wrote before is to be committed. */
  stopped(runName: string): void {
    this.#stopped.push(runName)
  }

  /** The job goes back to an older checkpoint, and was told so: what was committed since comes out again. */
  rollBackTo(checkpointId: number): void {
    for (const [name, records] of this.#committed) {
      const [, id] = /, checkpoint (\d+)$/.exec(name) ?? []
      if (Number(id) <= checkpointId) continue
      this.#simulation.note(`comes out again: ${name}: ${records.length} records`)
      this.#committed.delete(name)
    }
  }

  records(): CountRecord[] {
    return [...this.#committed.values()].flat()
  }
}
