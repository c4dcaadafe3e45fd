/** `npm run chaos -- --rounds 200`: real processes that are killed again and again; `--help` has all options. */
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { chaosArguments, CHAOS_HELP, type ChaosDriver } from '../e2e/chaos/chaos-arguments.js'
import { ChaosRuns } from '../e2e/chaos/chaos-chain.js'
import { differenceOf } from '../e2e/chaos/chaos-job.js'
import { chainsOf, type Chain, type ChaosPlan, type Kill } from '../e2e/chaos/chaos-plan.js'
import { ChaosReport } from '../e2e/chaos/chaos-report.js'
import { killRounds } from '../e2e/kill-rounds.js'

/** More than come through before a kill. */
const RECORDS_A_KILL = 6000

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

/** The output of a run that nobody disturbed, made once. */
async function undisturbed(records: number): Promise<Buffer> {
  const runs = new ChaosRuns(records)
  const output = await runs.undisturbed()
  runs.workspace.remove()
  return output
}

interface Played {
  readonly survived: readonly Kill[]
  readonly inFlightRecords: readonly number[]
  /** Empty where all is as it should be. */
  readonly difference: readonly string[]
}

async function play(chain: Chain, records: number, expected: Buffer, onKill: (kill: Kill) => void): Promise<Played> {
  const runs = new ChaosRuns(records)
  const survived: Kill[] = []
  let isOver = false
  for (const kill of chain.kills) {
    isOver = !(await runs.killed(kill, chain.options))
    if (isOver) break
    onKill(kill)
    survived.push(kill)
  }
  const difference = differenceOf(expected, isOver ? runs.output() : await runs.lastOne(chain))
  const { inFlightRecords, workspace } = runs
  if (difference.length === 0) workspace.remove()
  else difference.push(`what is left: ${workspace.path}`)
  return { survived, inFlightRecords, difference }
}

async function playRounds(plan: ChaosPlan): Promise<boolean> {
  const chains = chainsOf(plan, (seed) => new SeededRandom(seed))
  const [report, progress] = [new ChaosReport(), await makeProgress()]
  const all = chains.reduce((sum, { kills }) => sum + kills.length, 0)
  progress.line(`seed ${String(plan.seed)}, ${String(all)} rounds in ${String(chains.length)} jobs`)
  const records = RECORDS_A_KILL * Math.max(...chains.map(({ kills }) => kills.length))
  progress.tell('a run that nobody disturbs')
  const expected = await undisturbed(records)
  let done = 0
  for (const chain of chains) {
    const name = `seed ${String(chain.seed)}, ${chain.backend} ${chain.mode}`
    const onKill = ({ parallelism, moment }: Kill): void => {
      done += 1
      progress.tell(`${bar(done, all)}  ${name}, p = ${String(parallelism)}, ${moment}`)
    }
    const { survived, inFlightRecords, difference } = await play(chain, records, expected, onKill).catch(
      (error: unknown) => ({
        survived: [],
        inFlightRecords: [],
        difference: [error instanceof Error ? error.message : String(error)],
      }),
    )
    if (difference.length === 0) report.survived(chain, survived, inFlightRecords)
    else progress.line([`${name} FAILED`, ...difference, report.failed(chain, plan.parallelisms)].join('\n  '))
    if (difference.length === 0) progress.line(`${name}: ${wayOf(chain, survived)}`)
  }
  progress.stop()
  say(report.table(chains, plan.parallelisms))
  say(report.hasFailed ? 'some jobs differ' : `${String(report.total)} of ${String(all)} rounds survived`)
  return !report.hasFailed && report.total > 0
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

async function main(args: readonly string[]): Promise<boolean> {
  const wanted = chaosArguments(args, (bound) => Math.floor(Math.random() * bound))
  if (wanted.kind === 'rounds') return playRounds(wanted.plan)
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
