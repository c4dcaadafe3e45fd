/** What `npm run chaos --` is told. */
import { parseArgs } from 'node:util'
import { BACKENDS, MODES, MOMENTS, type ChaosPlan, type Combination } from './chaos-plan.js'
import { FILE_MOMENTS } from './file-job.js'

export const CHAOS_HELP = `Kills jobs with SIGKILL at random moments, goes on from the newest checkpoint, maybe with another parallelism, and compares
the lines of each job, read back and sorted, with those of a run that nobody disturbed: byte for byte.

  --rounds n           kills in all (default 24)
  --seed n             what is drawn begins with this (default: at random; it is printed)
  --p 1,2,4            parallelisms of the runs that are killed (default 1,2,4)
  --backend a,b        hashmap, rocksdb (default both)
  --mode a,b           aligned, unaligned: exactly once in either way (default both)
  --files              another job, from files by windows to a sink of files, drawn too; here it is also killed while it commits,
                       takes a savepoint, or stops with one
  --guarantees         another job, with sockets: what may be missing or come twice is that of its sources and sinks;
                       --rounds kills with each of --driver heap,rocksdb,lmdb (default all)
  --recover            the job outlives its process: each next run is run --recover <jobId>
  --fight              processes fight for one job: --rounds fights, by run --recover twice at once, and by one that was
                       stopped and wakes up when another has the job
  --help               this

A seed draws parallelisms, moments and options; how far a process has come at such a moment is not the same each time.
Ends with 1 where something differs.

  npm run chaos -- --rounds 200                                                  all combinations
  npm run chaos -- --rounds 60 --backend rocksdb --mode unaligned --p 4          one of them
  npm run chaos -- --rounds 6 --seed 71 --backend hashmap --mode aligned         one job again
  npm run chaos -- --files --rounds 200                                          npm run file-rounds -- --rounds 200
  npm run chaos -- --guarantees --rounds 20 --driver lmdb
  npm run chaos -- --recover --rounds 50
  npm run chaos -- --fight --rounds 50
`

const DRIVERS = ['heap', 'rocksdb', 'lmdb'] as const
const DEFAULT_ROUNDS = '24'
const SEEDS = 1_000_000

export type ChaosDriver = (typeof DRIVERS)[number]

export type ChaosArguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'guarantees'; readonly kills: number; readonly drivers: readonly ChaosDriver[] }
  | { readonly kind: 'fights'; readonly seed: number; readonly fights: number }
  | { readonly kind: 'rounds' | 'files'; readonly plan: ChaosPlan }

/** Throws a RangeError that says what was expected. */
export function chaosArguments(args: readonly string[], nextInt: (bound: number) => number): ChaosArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: DEFAULT_ROUNDS },
      seed: { type: 'string' },
      p: { type: 'string', default: '1,2,4' },
      backend: { type: 'string', default: BACKENDS.join(',') },
      mode: { type: 'string', default: MODES.join(',') },
      files: { type: 'boolean', default: false },
      guarantees: { type: 'boolean', default: false },
      recover: { type: 'boolean', default: false },
      fight: { type: 'boolean', default: false },
      driver: { type: 'string', default: DRIVERS.join(',') },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return { kind: 'help' }
  const rounds = wholeNumber('--rounds', values.rounds, 1)
  if (values.guarantees)
    return { kind: 'guarantees', kills: rounds, drivers: someOf('--driver', values.driver, DRIVERS) }
  const seed = values.seed === undefined ? 1 + nextInt(SEEDS) : wholeNumber('--seed', values.seed, 0)
  if (values.fight) return { kind: 'fights', seed, fights: rounds }
  const modes = someOf('--mode', values.mode, MODES)
  const combinations: Combination[] = someOf('--backend', values.backend, BACKENDS).flatMap((backend) =>
    modes.map((mode) => ({ backend, mode })),
  )
  const parallelisms = values.p.split(',').map((text) => wholeNumber('--p', text, 1))
  const [kind, moments] = values.files ? (['files', FILE_MOMENTS] as const) : (['rounds', MOMENTS] as const)
  return { kind, plan: { seed, rounds, parallelisms, combinations, recovers: values.recover, moments } }
}

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number
  throw new RangeError(`${name} takes whole numbers from ${String(least)} on, not "${text}"`)
}

function someOf<T extends string>(name: string, text: string, values: readonly T[]): T[] {
  return text.split(',').map((wanted) => {
    const value = values.find((each) => each === wanted)
    if (value === undefined) throw new RangeError(`${name} takes ${values.join(' and ')}, not "${wanted}"`)
    return value
  })
}
