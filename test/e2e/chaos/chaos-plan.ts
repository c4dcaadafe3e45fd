/** What a seed says of the kills of one job: with which parallelism each run is started, when it is killed, and how it goes on. */
import type { SeededRandom } from '../../../src/core/random/seeded-random.js'

export const BACKENDS = ['hashmap', 'rocksdb'] as const
export const MODES = ['aligned', 'unaligned'] as const

export type ChaosBackend = (typeof BACKENDS)[number]
export type ChaosMode = (typeof MODES)[number]

/** What all runs of a job have in common. */
export interface Combination {
  readonly backend: ChaosBackend
  readonly mode: ChaosMode
}

/**
 * `between`: some time after a checkpoint of the run; `within`: soon after the directory of a new one appeared; `early`: maybe
 * before the run has one; `committing`: soon after output appeared under its name; `saving`: while, or after, a savepoint is taken;
 * `stopping`: while the job takes a savepoint to stop with; `stopped`: soon after that is there, when the job may have ended.
 */
export type KillMoment = 'between' | 'within' | 'early' | 'committing' | 'saving' | 'stopping' | 'stopped'

export interface Kill {
  readonly parallelism: number
  readonly moment: KillMoment
  readonly delayMs: number
  /** How this run begins: from the snapshot that is named, or from the newest that is found. */
  readonly start: 'named' | 'found'
  readonly claimMode: 'CLAIM' | 'NO_CLAIM'
}

/** A job that is killed so often, and then comes to its end. */
export interface Chain extends Combination {
  readonly seed: number
  readonly kills: readonly Kill[]
  readonly lastParallelism: number
  readonly recovers: boolean
  readonly options: Readonly<Record<string, string>>
}

/** A kill by parallelism, twice: the next run has the same one now and then. */
export const RUNS_OF_EACH = 2

const CHECKPOINT_INTERVAL_MS = 60
const LONGEST_DELAY_MS: Readonly<Record<KillMoment, number>> = {
  between: 200,
  within: 20,
  early: 700,
  committing: 20,
  saving: 800,
  stopping: 400,
  stopped: 40,
}
export const MOMENTS = ['between', 'between', 'within', 'within', 'within', 'early'] as const

export interface ChaosPlan {
  readonly seed: number
  readonly rounds: number
  readonly parallelisms: readonly number[]
  readonly combinations: readonly Combination[]
  /** Each next run is `run --recover`, so that all of a job have the same parallelism. */
  readonly recovers: boolean
  readonly moments: readonly KillMoment[]
}

/** As many kills as there are rounds, in chains; each chain has a seed of its own, the first one that of the plan. */
export function chainsOf(
  { seed, rounds, parallelisms, combinations, recovers, moments }: ChaosPlan,
  random: (seed: number) => SeededRandom,
): Chain[] {
  const chains: Chain[] = []
  const most = parallelisms.length * RUNS_OF_EACH
  for (let left = rounds; left > 0; left -= most) {
    const combination = combinations[chains.length % combinations.length]
    if (combination === undefined) break
    const chainSeed = seed + chains.length
    const only = parallelisms[Math.floor(chains.length / combinations.length) % parallelisms.length]
    const ofRuns = recovers && only !== undefined ? parallelisms.map(() => only) : parallelisms
    const kills = Math.min(left, most)
    chains.push(
      chainOf(chainSeed, { ...combination, parallelisms: ofRuns, kills, recovers, moments }, random(chainSeed)),
    )
  }
  return chains
}

interface ChainPlan extends Combination {
  readonly parallelisms: readonly number[]
  readonly kills: number
  readonly recovers: boolean
  readonly moments: readonly KillMoment[]
}

function chainOf(seed: number, plan: ChainPlan, random: SeededRandom): Chain {
  const { backend, mode, parallelisms, kills, recovers, moments } = plan
  const dealt = shuffled(
    Array.from({ length: RUNS_OF_EACH }, () => parallelisms),
    random,
  )
  return {
    seed,
    backend,
    mode,
    recovers,
    options: optionsOf(backend, mode, random),
    lastParallelism: oneOf(parallelisms, random),
    kills: dealt.slice(0, kills).map((parallelism) => {
      const moment = oneOf(moments, random)
      return {
        parallelism,
        moment,
        delayMs: random.nextInt(LONGEST_DELAY_MS[moment]),
        start: oneOf(['named', 'found'], random),
        claimMode: oneOf(['CLAIM', 'NO_CLAIM'], random),
      }
    }),
  }
}

function optionsOf(backend: ChaosBackend, mode: ChaosMode, random: SeededRandom): Record<string, string> {
  const timeout = oneOf(['0 ms', '50 ms'], random)
  return {
    'state.backend.type': backend,
    'execution.checkpointing.interval': `${String(CHECKPOINT_INTERVAL_MS)} ms`,
    'execution.checkpointing.incremental': String(random.nextInt(2) === 0),
    // State in files of its own, or in the metadata.
    'execution.checkpointing.data-inline-threshold': oneOf(['0 b', '20 kb'], random),
    'execution.checkpointing.num-retained': oneOf(['1', '3'], random),
    ...(mode === 'unaligned'
      ? {
          'execution.checkpointing.unaligned.enabled': 'true',
          'execution.checkpointing.aligned-checkpoint-timeout': timeout,
        }
      : {}),
  }
}

export function oneOf<T>(values: readonly [T, ...T[]] | readonly T[], random: SeededRandom): T {
  const value = values[random.nextInt(values.length)]
  if (value === undefined) throw new RangeError('there is nothing to choose from')
  return value
}

function shuffled(values: readonly (readonly number[])[], random: SeededRandom): number[] {
  const left = values.flat()
  const dealt: number[] = []
  while (left.length > 0) dealt.push(...left.splice(random.nextInt(left.length), 1))
  return dealt
}
