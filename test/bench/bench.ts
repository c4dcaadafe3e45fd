/**
 * Measures the engine beside what it is compared with. `npm run bench`, `npm run bench -- W1 latency`,
 * `npm run bench -- compare HEAD~3 W2`; `--help` lists the options, README.md explains the rows.
 */
import { Argument, Command, InvalidArgumentError } from 'commander'
import { REPOSITORY } from '../e2e/command-line.js'
import { withBuildOf } from './bench-build.js'
import { BenchEngine } from './bench-engine.js'
import type { BenchFamily } from './bench-family.js'
import {
  loadNow,
  machineSince,
  measuredRows,
  ratioOf,
  renderComparison,
  renderTable,
  type MeasuredRow,
} from './bench-report.js'
import { measureFamily, type SuiteOptions } from './bench-suite.js'
import { backPressureFamily } from './families/back-pressure-family.js'
import { chainFamily, depthFamily } from './families/chain-family.js'
import { checkpointFamily } from './families/checkpoint-family.js'
import { exchangeFamily } from './families/exchange-family.js'
import { filesFamily } from './families/files-family.js'
import { filesystemsFamily } from './families/filesystems-family.js'
import { idleFamily } from './families/idle-family.js'
import { kafkaFamily } from './families/kafka-family.js'
import { keyedCountFamily } from './families/keyed-count-family.js'
import { latencyFamily } from './families/latency-family.js'
import { queriesFamily } from './families/queries-family.js'
import { memoryFamily } from './families/memory-family.js'
import { manyKeysFamily } from './families/many-keys-family.js'
import { recoveryFamily } from './families/recovery-family.js'
import { sessionFamily } from './families/session-family.js'
import { smallJobsFamily } from './families/small-jobs-family.js'
import { startFamily } from './families/start-family.js'
import { stateFamily } from './families/state-family.js'
import { asyncFamily } from './families/async-family.js'
import { loopsFamily } from './families/loops-family.js'
import { upgradeFamily } from './families/upgrade-family.js'
import { timersFamily } from './families/timers-family.js'
import { wideExchangeFamily } from './families/wide-exchange-family.js'
import { joinsFamily } from './families/joins-family.js'
import { wholeProcessFamily } from './families/whole-process-family.js'
import { windowsFamily } from './families/windows-family.js'

const FAMILIES: readonly BenchFamily[] = [
  startFamily,
  wholeProcessFamily,
  smallJobsFamily,
  sessionFamily,
  idleFamily,
  chainFamily,
  depthFamily,
  keyedCountFamily,
  timersFamily,
  asyncFamily,
  queriesFamily,
  loopsFamily,
  exchangeFamily,
  filesFamily,
  filesystemsFamily,
  wideExchangeFamily,
  latencyFamily,
  checkpointFamily,
  backPressureFamily,
  recoveryFamily,
  upgradeFamily,
  memoryFamily,
  windowsFamily,
  joinsFamily,
  stateFamily,
  manyKeysFamily,
  kafkaFamily,
]
const NAMES = FAMILIES.map(({ name }) => name)

interface Options {
  readonly records?: number
  readonly runs: number
  readonly minutes: number
  readonly json?: boolean
}

async function runSuite(names: readonly string[], options: Options): Promise<void> {
  const loadBefore = loadNow()
  const rows: MeasuredRow[] = []
  for (const family of familiesOf(names)) {
    const result = await measureFamily(family, [new BenchEngine(REPOSITORY)], suiteOptions(options))
    rows.push(...measuredRows(result))
    tellFailures(result.failures)
  }
  const machine = machineSince(loadBefore)
  process.stdout.write(options.json === true ? json({ machine, rows }) : renderTable(machine, rows))
}

async function compare(ref: string, names: readonly string[], options: Options): Promise<void> {
  const loadBefore = loadNow()
  const newer: MeasuredRow[] = []
  const older: MeasuredRow[] = []
  await withBuildOf(REPOSITORY, ref, async (directory) => {
    const engines = [new BenchEngine(REPOSITORY), new BenchEngine(directory)]
    for (const family of familiesOf(names)) {
      const result = await measureFamily(family, engines, suiteOptions(options))
      newer.push(...measuredRows(result, 0))
      older.push(...measuredRows(result, 1))
      tellFailures(result.failures)
    }
  })
  const machine = machineSince(loadBefore)
  const rows = newer.map((row, index) => {
    const old = older[index]?.figure ?? null
    return { ...row, old, newOverOld: ratioOf(row.figure, old) }
  })
  process.stdout.write(
    options.json === true ? json({ machine, against: ref, rows }) : renderComparison(machine, newer, older),
  )
}

function familiesOf(names: readonly string[]): BenchFamily[] {
  return FAMILIES.filter(({ name, isOnlyWhenNamed = false }) =>
    names.length === 0 ? !isOnlyWhenNamed : names.includes(name),
  )
}

function suiteOptions({ runs, records, minutes }: Options): SuiteOptions {
  return {
    runs,
    sizes: { records, minutes },
    onProgress: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}\r`)
    },
  }
}

/** The rows of a program that failed stay empty; the command fails at its end. */
function tellFailures(failures: readonly string[]): void {
  for (const failure of failures) process.stderr.write(`${failure}\n`)
  if (failures.length > 0) process.exitCode = 1
}

function json(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0')
  return value
}

function positiveInteger(text: string): number {
  const value = positive(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('must be a whole number')
  return value
}

function withOptions(command: Command): Command {
  return command
    .option('--records <n>', 'records of each rate, instead of its own number', positiveInteger)
    .option('--runs <n>', 'runs of each program; medians are shown', positiveInteger, 3)
    .option('--minutes <n>', 'length of the row with the slow sink', positive, 1)
    .option('--json', 'one JSON document on standard output')
}

function rowsArgument(): Argument {
  return new Argument('[rows...]', 'which rows; all without any').choices(NAMES)
}

const program = new Command('bench').description('Measures flink-ts beside what it is compared with.')
withOptions(program.command('run', { isDefault: true }))
  .addArgument(rowsArgument())
  .description('the rows of this build (default)')
  .action(runSuite)
withOptions(program.command('compare'))
  .argument('<ref>', 'a commit, tag or branch')
  .addArgument(rowsArgument())
  .description('this build and the one of a git ref, interleaved')
  .action(compare)
await program.parseAsync()
