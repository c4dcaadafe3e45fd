/**
 * One seed: an operator with state of every kind goes from parallelism to parallelism and from backend to backend, over
 * savepoints, first checkpoints and those that build on them. What only one backend reads is refused by the others.
 */
import assert from 'node:assert/strict'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import type { CompletedCheckpoint } from '../../../../src/storage/checkpoint-metadata.js'
import { HEAP } from '../backends-under-test.js'
import { diskUnderTest } from '../rocksdb-under-test.js'
import type { BackendUnderTest } from '../state-backend.contract.js'
import { RescaledOperator, type SnapshotKind } from './rescaled-operator.js'

/** So few that entries leave memory all the time. */
const CACHE_BYTES = 3000
const ROCKSDB = diskUnderTest({ driver: 'rocksdb', cacheBytes: CACHE_BYTES })
const BACKENDS: readonly BackendUnderTest[] = [
  HEAP,
  ROCKSDB,
  diskUnderTest({ driver: 'lmdb', cacheBytes: CACHE_BYTES }),
]
const SNAPSHOTS: readonly SnapshotKind[] = ['whole', 'first', 'delta']
const MOST_DELTAS = 3

export interface PlayedRescaling {
  readonly seed: number
  /** How often it goes on with other subtasks. */
  readonly moves: number
  readonly mostSubtasks: number
  readonly mostKeys: number
}

export class RescalingCounts {
  restores = 0
  toAnotherBackend = 0
  ofFiles = 0
  ofDeltas = 0
  subtasks = 0
  keys = 0
  refusals = 0
}

export async function playRescaling(played: PlayedRescaling): Promise<RescalingCounts> {
  const rescaling = new Rescaling(played)
  try {
    return await rescaling.play()
  } finally {
    await rescaling.operator.dispose()
  }
}

class Rescaling {
  readonly operator: RescaledOperator
  readonly #played: PlayedRescaling
  readonly #random: SeededRandom
  readonly #maxParallelism: number
  readonly #counts = new RescalingCounts()

  constructor(played: PlayedRescaling) {
    this.#played = played
    this.#random = new SeededRandom(played.seed)
    this.#maxParallelism = this.#oneOf([128, 128, 1 + this.#random.nextInt(127)])
    this.operator = new RescaledOperator(this.#maxParallelism)
  }

  async play(): Promise<RescalingCounts> {
    let backend = this.#oneOf(BACKENDS)
    await this.operator.start(backend, this.#parallelism())
    for (let move = 0; move < this.#played.moves; move += 1) {
      const kind = this.#oneOf(SNAPSHOTS)
      const snapshot = await this.#snapshot(kind)
      const next = await this.#backendFor(snapshot)
      const parallelism = this.#parallelism()
      await this.operator.start(next, parallelism, snapshot)
      this.operator.check()
      this.#count({ kind, snapshot, isAnother: next !== backend, parallelism })
      backend = next
    }
    return this.#counts
  }

  async #snapshot(kind: SnapshotKind): Promise<CompletedCheckpoint> {
    this.operator.work(this.#keys())
    if (kind !== 'delta') return this.operator.snapshot(kind)
    let snapshot = await this.operator.snapshot('first')
    for (let deltas = 1 + this.#random.nextInt(MOST_DELTAS); deltas > 0; deltas -= 1) {
      this.operator.work(this.#keys().slice(0, 1 + this.#random.nextInt(8)))
      snapshot = await this.operator.snapshot('delta')
    }
    return snapshot
  }

  /** Any that reads it; now and then one that does not is asked before. */
  async #backendFor(snapshot: CompletedCheckpoint): Promise<BackendUnderTest> {
    const chosen = this.#oneOf(BACKENDS)
    if (chosen === ROCKSDB || !isInFiles(snapshot)) return chosen
    const codes = chosen === HEAP ? 'STATE_BACKEND_INCOMPATIBLE' : 'STATE_DRIVER_INCOMPATIBLE'
    const start = this.operator.start(chosen, this.#parallelism(), snapshot)
    await assert.rejects(start, (error) => {
      assert.ok(FlinkError.is(error, codes), String(error))
      assert.match(error.message, /take a savepoint there and start from that/)
      return true
    })
    this.#counts.refusals += 1
    return ROCKSDB
  }

  /** Mostly few: what goes wrong does so with 2 and 3 as with 100. */
  #parallelism(): number {
    const few = this.#random.nextInt(4) > 0
    const most = Math.min(this.#played.mostSubtasks, this.#maxParallelism, few ? 7 : Infinity)
    return 1 + this.#random.nextInt(most)
  }

  /** Of those before some again, and new ones. */
  #keys(): (string | number)[] {
    const count = this.#random.nextInt(1 + this.#oneOf([40, 40, this.#played.mostKeys]))
    const keys = Array.from({ length: count }, () => {
      const number = this.#random.nextInt(2 * count)
      return this.#random.nextInt(2) === 0 ? number : `key ${String(number)}`
    })
    return [...new Set(keys)]
  }

  #count(move: {
    readonly kind: SnapshotKind
    readonly snapshot: CompletedCheckpoint
    readonly isAnother: boolean
    readonly parallelism: number
  }): void {
    const counts = this.#counts
    counts.restores += 1
    if (move.isAnother) counts.toAnotherBackend += 1
    if (isInFiles(move.snapshot)) counts.ofFiles += 1
    if (move.kind === 'delta') counts.ofDeltas += 1
    counts.subtasks += move.parallelism
    counts.keys += this.operator.numberOfKeys
  }

  #oneOf<T>(values: readonly T[]): T {
    const value = values[this.#random.nextInt(values.length)]
    assert.ok(value !== undefined)
    return value
  }
}

function isInFiles({ metadata }: CompletedCheckpoint): boolean {
  const handles = metadata.operators.flatMap(({ subtasks }) => subtasks.flatMap((each) => each?.managedKeyed ?? []))
  return handles.some(({ backendFiles }) => backendFiles !== undefined)
}
