/**
 * `--seeds n` seeds beginning with `--from n`; `--seed n` one of them with its scenario and all events; `--known name` what is
 * known to fail as well; `--coordinated`, `--timed`, `--looped`, `--asking`, `--apart`, `--unaligned`, `--struck`, `--committing` another kind of job; `--mutants` whether planted faults are found,
 * `--mutant name` one of them; `--long` many seeds, and whether every mark was reached.
 * Ends with 1 when something is not as it should be.
 */
import { parseArgs } from 'node:util'
import { MarkWatch, marksOf } from './marks.js'
import { findMutant, MUTANTS } from './mutants.js'
import type { JobKind } from './scenario.js'
import { shrunk } from './shrink.js'
import { simulateJob } from './simulate-job.js'

const LONG_SEEDS = 1500

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    known: { type: 'string', multiple: true, default: [] },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    coordinated: { type: 'boolean', default: false },
    timed: { type: 'boolean', default: false },
    looped: { type: 'boolean', default: false },
    asking: { type: 'boolean', default: false },
    unaligned: { type: 'boolean', default: false },
    apart: { type: 'boolean', default: false },
    struck: { type: 'boolean', default: false },
    committing: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
  },
})

function kindOfJob(): JobKind {
  if (values.timed) return 'timed'
  if (values.looped) return 'looped'
  if (values.asking) return 'asking'
  if (values.unaligned) return 'unaligned'
  if (values.apart) return 'apart'
  if (values.struck) return 'struck'
  if (values.committing) return 'committing'
  return values.coordinated ? 'coordinated' : 'counted'
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** True when all seeds hold and, where that is asked for, reached every mark. */
async function simulateAll(from: number, seeds: number): Promise<boolean> {
  const totals = new Map<string, number>()
  const failed: number[] = []
  const marks = new MarkWatch()
  for (let seed = from; seed < from + seeds; seed += 1) {
    try {
      const onLog = (log: readonly string[]): void => {
        marks.look(log)
      }
      const options = { onLog, known: values.known, kind: kindOfJob() }
      const { faults, runs, snapshots, virtualMs } = await simulateJob(seed, options)
      const counts = { ...faults, runs, snapshots, 'virtual seconds': virtualMs / 1000 }
      for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count)
    } catch (error) {
      failed.push(seed)
      say(`${messageOf(error)}\n`)
    }
  }
  const summary = [...totals].map(([name, count]) => `${Math.round(count)} ${name}`).join(', ')
  say(`${seeds - failed.length} of ${seeds} seeds hold: ${summary}`)
  if (failed.length > 0) say(`seeds that fail: ${failed.join(', ')}`)
  for (const name of marksOf(kindOfJob())) say(`${String(marks.count(name)).padStart(8)} ${name}`)
  const missed = marks.missed(kindOfJob())
  if (missed.length > 0) say(`never reached: ${missed.join('; ')}`)
  return failed.length === 0 && (!values.long || missed.length === 0)
}

/** All events of one seed; a smaller scenario where it fails. */
async function showSeed(seed: number): Promise<boolean> {
  const { known } = values
  const sabotage = MUTANTS.find(({ name }) => name === values.mutant)
  const kind = sabotage?.kind ?? kindOfJob()
  const options = { known, kind, ...(sabotage === undefined ? {} : { sabotage: sabotage.make() }) }
  const onLog = (log: readonly string[]): void => {
    say(log.join('\n'))
  }
  try {
    await simulateJob(seed, { ...options, onLog })
    return true
  } catch (error) {
    say(messageOf(error))
    if (sabotage === undefined) say(await shrunk(seed, { known, kind }))
    return false
  }
}

async function findMutants(): Promise<boolean> {
  let areFound = true
  for (const mutant of MUTANTS.filter(({ name }) => values.mutant === undefined || name === values.mutant)) {
    const { name, seeds, found } = await findMutant(mutant)
    areFound &&= found !== undefined
    say(`${found === undefined ? `NOT FOUND by ${seeds} seeds` : `seed ${found.seed}`}: ${name}`)
    if (found !== undefined) say(`    ${found.reason.slice(0, 160)}`)
  }
  return areFound
}

function run(): Promise<boolean> {
  if (values.mutants) return findMutants()
  if (values.seed !== undefined) return showSeed(Number(values.seed))
  return simulateAll(Number(values.from), Number(values.seeds ?? (values.long ? LONG_SEEDS : 100)))
}

process.exitCode = (await run()) ? 0 : 1
