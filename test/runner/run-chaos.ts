/** `npm run chaos -- --rounds 200`: real processes that are killed again and again; `--help` has all options. */
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { chaosArguments, CHAOS_HELP, type ChaosDriver } from '../e2e/chaos/chaos-arguments.js'
import { ChaosRuns } from '../e2e/chaos/chaos-chain.js'
import { chaosSubject, differenceOf } from '../e2e/chaos/chaos-job.js'
import { chainsOf, type Chain, type ChaosPlan, type Kill } from '../e2e/chaos/chaos-plan.js'
import { ChaosReport } from '../e2e/chaos/chaos-report.js'
import type { ChaosSubject } from '../e2e/chaos/chaos-subject.js'
import { expectedOutput, fileSubject } from '../e2e/chaos/file-job.js'
import { fightRounds } from '../e2e/chaos/fight-rounds.js'
import { killRounds } from '../e2e/kill-rounds.js'

/** More than come through before a kill. */
const RECORDS_A_KILL = 6000
/** Fewer where the last run is as slow as those that are killed: a job that is recovered is what it was. */
const RECORDS_A_RECOVERY = 1500
/** Four times as fast, as its job is slow with every fourth record only. */
const FILE_RECORDS_A_KILL = 6_000
const FILE_RECORDS_A_RECOVERY = 5_000

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A bar in a terminal; elsewhere nothing but the lines. */
async function makeProgress(): Promise<{
  tell: (text: string) => void
  line: (text: string) => void
  stop: () => void
}> {
  if (!process.stdout.isTTY) return { tell: () => undefined, line: say, stop: () => undefined }
  const { default: ora } = await import('ora')
  const spinner = ora({ stream: process.stdout }).start()
  return {
    tell: (text) => {
      spinner.text = text
    },
    line: (text) => {
      spinner.clear()
      say(text)
      spinner.render()
    },
    stop: () => spinner.stop(),
  }
}

const BAR_WIDTH = 24

function bar(done: number, all: number): string {
  const full = Math.round((BAR_WIDTH * done) / all)
  return `[${'='.repeat(full)}${' '.repeat(BAR_WIDTH - full)}] ${String(done)}/${String(all)} rounds`
}

/** The jobs of a kind, and what each of them is to write. */
interface Subjects {
  of(seed: number): ChaosSubject
  readonly expected: Buffer
}

/** The output of a run that nobody disturbs. */
async function undisturbed(subject: ChaosSubject): Promise<Buffer> {
  const runs = new ChaosRuns(subject)
  const output = await runs.undisturbed()
  runs.workspace.remove()
  return output
}

async function numbers(kills: number, recovers: boolean): Promise<Subjects> {
  const subject = chaosSubject(kills * (recovers ? RECORDS_A_RECOVERY : RECORDS_A_KILL))
  return { of: () => subject, expected: await undisturbed(subject) }
}

/** What the run that nobody disturbs writes is known without it. */
async function files(kills: number, recovers: boolean, seed: number): Promise<Subjects> {
  const records = kills * (recovers ? FILE_RECORDS_A_RECOVERY : FILE_RECORDS_A_KILL)
  const expected = expectedOutput(records)
  const difference = differenceOf(expected, await undisturbed(fileSubject(records, seed)))
  if (difference.length > 0) throw new Error(['a run that nobody disturbed differs', ...difference].join('\n  '))
  return { of: (chainSeed) => fileSubject(records, chainSeed), expected }
}

interface Played {
  readonly survived: readonly Kill[]
  readonly savepoints: number
  readonly description: string
  readonly inFlightRecords: readonly number[]
  /** Empty where all is as it should be. */
  readonly difference: readonly string[]
}

async function play(chain: Chain, { of, expected }: Subjects, onKill: (kill: Kill) => void): Promise<Played> {
  const subject = of(chain.seed)
  const runs = new ChaosRuns(subject, chain.recovers)
  const survived: Kill[] = []
  let isOver = false
  for (const kill of chain.kills) {
    const end = await runs.killed(kill, chain.options)
    isOver = end === 'over'
    if (isOver) break
    onKill(kill)
    if (end === 'killed') survived.push(kill)
  }
  const difference = differenceOf(expected, isOver ? runs.output() : await runs.lastOne(chain))
  const { inFlightRecords, savepoints, workspace } = runs
  const description = `${subject.description}, ${String(subject.leftOver(workspace))} left over`
  if (difference.length === 0) workspace.remove()
  else difference.push(`what is left: ${workspace.path}`)
  return { survived, savepoints, description, inFlightRecords, difference }
}

async function playRounds(plan: ChaosPlan, kind: 'rounds' | 'files'): Promise<boolean> {
  const chains = chainsOf(plan, (seed) => new SeededRandom(seed))
  const [report, progress] = [new ChaosReport(kind), await makeProgress()]
  const all = chains.reduce((sum, { kills }) => sum + kills.length, 0)
  progress.line(`seed ${String(plan.seed)}, ${String(all)} rounds in ${String(chains.length)} jobs`)
  const most = Math.max(...chains.map(({ kills }) => kills.length))
  progress.tell('a run that nobody disturbs')
  const subjects = await (kind === 'files' ? files(most, plan.recovers, plan.seed) : numbers(most, plan.recovers))
  let done = 0
  for (const chain of chains) {
    const name = `seed ${String(chain.seed)}, ${chain.backend} ${chain.mode}`
    const onKill = ({ parallelism, moment }: Kill): void => {
      done += 1
      progress.tell(`${bar(done, all)}  ${name}, p = ${String(parallelism)}, ${moment}`)
    }
    const played = await play(chain, subjects, onKill).catch((error: unknown) => failed(error))
    const { survived, savepoints, description, inFlightRecords, difference } = played
    if (difference.length === 0) report.survived(chain, survived, { inFlightRecords, savepoints })
    else progress.line([`${name} FAILED`, ...difference, report.failed(chain, plan.parallelisms)].join('\n  '))
    if (difference.length === 0) progress.line(`${name} (${description}): ${wayOf(chain, survived)}`)
  }
  progress.stop()
  say(report.table(chains, plan.parallelisms))
  say(report.hasFailed ? 'some jobs differ' : `${String(report.total)} of ${String(all)} rounds survived`)
  return !report.hasFailed && report.total > 0
}

function failed(error: unknown): Played {
  const difference = [error instanceof Error ? error.message : String(error)]
  return { survived: [], savepoints: 0, description: '', inFlightRecords: [], difference }
}

function wayOf({ lastParallelism }: Chain, survived: readonly Kill[]): string {
  const runs = survived.map(({ parallelism, moment }) => `${String(parallelism)} ${moment}`)
  return [...runs, `${String(lastParallelism)} to the end`].join(', ')
}

function backendOf(driver: ChaosDriver): Record<string, string> {
  if (driver === 'heap') return {}
  return {
    'state.backend.type': 'rocksdb',
    'state.backend.rocksdb.driver': driver,
    'execution.checkpointing.incremental': 'true',
  }
}

/** Each throws where a guarantee is broken. */
async function playGuarantees(kills: number, drivers: readonly ChaosDriver[]): Promise<boolean> {
  for (const driver of drivers) {
    const results = await killRounds(kills, backendOf(driver))
    say(`${String(kills)} kills, state in ${driver}: ${JSON.stringify(results)}`)
  }
  return true
}

async function playFights(seed: number, fights: number): Promise<boolean> {
  const progress = await makeProgress()
  progress.line(`seed ${String(seed)}, ${String(fights)} fights for jobs`)
  const played = await fightRounds(fights, new SeededRandom(seed), (done, what) => {
    progress.tell(`${bar(done, fights)}  ${what}`)
  })
  progress.stop()
  say(played.table)
  return played.isWhole
}

async function main(args: readonly string[]): Promise<boolean> {
  const wanted = chaosArguments(args, (bound) => Math.floor(Math.random() * bound))
  if (wanted.kind === 'rounds' || wanted.kind === 'files') return playRounds(wanted.plan, wanted.kind)
  if (wanted.kind === 'fights') return playFights(wanted.seed, wanted.fights)
  if (wanted.kind === 'guarantees') return playGuarantees(wanted.kills, wanted.drivers)
  process.stdout.write(CHAOS_HELP)
  return true
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
