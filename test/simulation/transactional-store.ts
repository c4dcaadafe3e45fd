/**
 * The outside world that the sink writes into, with transactions. A transaction that belongs to a completed checkpoint is
 * committed by name and may be committed again. What a sink had left when its input ended is a `tail`: no checkpoint names
 * it, so it counts only when the sink that wrote it is never run again.
 */
import type { Simulation } from './simulation.js'

/** Key, count so far, sum so far. */
export type CountRecord = readonly [key: string, count: number, sum: number]

export interface Transaction {
  readonly name: string
  readonly records: readonly CountRecord[]
}

/** A subtask of the sink in one run of the job. */
export interface SinkSubtask {
  readonly jobId: string
  readonly uid: string
  readonly subtask: number
}

interface Tail {
  readonly sink: SinkSubtask
  readonly transactions: readonly Transaction[]
}

export class TransactionalStore {
  readonly #simulation: Simulation
  readonly #committed = new Map<string, readonly CountRecord[]>()
  #tails: Tail[] = []
  /** Some of what was committed at its end belongs to no checkpoint. */
  #hasTails = false
  readonly #stopped: string[] = []

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

  /** A run has ended behind its savepoint: all that it wrote before is to be committed. */
  stopped(runName: string): void {
    this.#stopped.push(runName)
  }

  leaveTail(sink: SinkSubtask, transactions: readonly Transaction[]): void {
    const counts = transactions.map(({ records }) => records.length)
    this.#simulation.note(`sink ${sink.subtask} has finished and leaves ${counts.join(' + ')} records`)
    this.#tails.push({ sink, transactions })
    this.#hasTails = true
  }

  /** The job (re)starts: only those sinks that the restored snapshot counts as finished have written their tail for good. */
  restarted(isFinished: (sink: SinkSubtask) => boolean): void {
    this.#keepTails(({ sink }) => isFinished(sink))
  }

  ended(): void {
    this.#keepTails(() => true)
  }

  get hasTails(): boolean {
    return this.#hasTails
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

  #keepTails(isKept: (tail: Tail) => boolean): void {
    for (const tail of this.#tails) {
      if (isKept(tail)) for (const transaction of tail.transactions) this.commit(transaction)
      else this.#simulation.note(`the end of sink ${tail.sink.subtask} is dropped`)
    }
    this.#tails = []
  }
}
