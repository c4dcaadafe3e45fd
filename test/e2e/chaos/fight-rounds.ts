/**
 * Processes that fight for one job. In each fight the process that has it is killed or stopped at a random moment, two others try
 * to recover the job at once, and one that was stopped wakes up when one of them has it. One goes on, and no other; what is
 * committed in the end is what a run commits that nobody disturbs.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { Workspace, type RunningCommand } from '../command-line.js'
import { committedLines, COMMITTING_JOB, expectedLines } from './committing-job.js'

const FIGHTS_A_JOB = 5
const RECORDS_A_FIGHT = 1500
const LONGEST_MS = 120_000
/** A process that could not be fenced would have come to its next checkpoint by then. */
const WAITED_FOR_MS = 20_000
const KINDS = ['killed', 'stopped', 'stopped for long'] as const

export interface FightResults {
  readonly table: string
  readonly isWhole: boolean
}

interface Tally {
  killed: number
  stopped: number
  fenced: number
  refused: number
  wrong: string[]
}

/** `elsewhere`: options for what is to be somewhere else than on this disk, or slower. */
export async function fightRounds(
  fights: number,
  random: SeededRandom,
  onFight: (done: number, what: string) => void,
  elsewhere: Readonly<Record<string, string>> = {},
): Promise<FightResults> {
  const tally: Tally = { killed: 0, stopped: 0, fenced: 0, refused: 0, wrong: [] }
  for (let done = 0; done < fights;) {
    const ofJob = Math.min(FIGHTS_A_JOB, fights - done)
    const first = done
    const onFightOfJob = (fight: number, what: string): void => {
      onFight(first + fight, what)
    }
    await fightForJob(ofJob, { random, tally, onFight: onFightOfJob, elsewhere })
    done += ofJob
  }
  const rows = [
    `processes killed                     ${String(tally.killed)}`,
    `processes stopped, awake later       ${String(tally.stopped)}`,
    `  of which ended fenced              ${String(tally.fenced)}`,
    `second recoveries that were refused  ${String(tally.refused)}`,
    ...tally.wrong.map((what) => `WRONG: ${what}`),
  ]
  return { table: rows.join('\n') + '\n', isWhole: tally.wrong.length === 0 }
}

interface FightsOfJob {
  readonly random: SeededRandom
  readonly tally: Tally
  readonly onFight: (fight: number, what: string) => void
  readonly elsewhere: Readonly<Record<string, string>>
}

async function fightForJob(fights: number, { random, tally, onFight, elsewhere }: FightsOfJob): Promise<void> {
  const workspace = new Workspace({
    'high-availability.type': 'filesystem',
    'high-availability.storageDir': 'recovery',
    'execution.checkpointing.dir': 'checkpoints',
    'execution.checkpointing.interval': '50 ms',
    'client.timeout': '2 s',
    ...elsewhere,
  })
  const output = path.join(workspace.path, 'output')
  mkdirSync(output)
  const job = workspace.file('job.mjs', COMMITTING_JOB)
  const records = RECORDS_A_FIGHT * (fights + 1)
  let owner = workspace.start('run', '-p', '2', job, '--records', String(records), '--output', output)
  const jobId = await owner.jobId()
  for (let fight = 0; fight < fights; fight += 1) {
    const kind = KINDS[random.nextInt(KINDS.length)] ?? 'killed'
    await delay(random.nextInt(900))
    owner = await fightOnce(owner, { workspace, jobId, kind, random, tally })
    onFight(fight + 1, kind)
  }
  const { exitCode, stderr } = await within(owner.ended, LONGEST_MS, owner)
  if (exitCode !== 0) tally.wrong.push(`the last process ended with ${String(exitCode)}: ${stderr}`)
  const [expected, committed] = [expectedLines(records), committedLines(output)]
  const isSame = expected.length === committed.length && expected.every((line, index) => line === committed[index])
  if (isSame) workspace.remove()
  else tally.wrong.push(`${String(committed.length)} lines for ${String(expected.length)}; left: ${workspace.path}`)
}

interface Fight {
  readonly workspace: Workspace
  readonly jobId: string
  readonly kind: (typeof KINDS)[number]
  readonly random: SeededRandom
  readonly tally: Tally
}

/** Returns the process that has the job then. */
async function fightOnce(old: RunningCommand, fight: Fight): Promise<RunningCommand> {
  const { workspace, jobId, kind, random, tally } = fight
  old.kill(kind === 'killed' ? 'SIGKILL' : 'SIGSTOP')
  if (kind === 'killed') await old.ended
  const both = [workspace.start('run', '--recover', jobId), workspace.start('run', '--recover', jobId)] as const
  const winner = await firstThatRuns(both)
  const loser = both[0] === winner ? both[1] : both[0]
  if (kind !== 'killed') {
    // Sometimes it wakes up while the other begins, sometimes when that has completed checkpoints long since.
    await delay(random.nextInt(kind === 'stopped' ? 50 : 800))
    old.kill('SIGCONT')
    tally.stopped += 1
    const { exitCode, stderr } = await within(old.ended, WAITED_FOR_MS, old)
    const isFenced = exitCode === 1 && stderr.includes('JOB_FENCED')
    if (isFenced) tally.fenced += 1
    else tally.wrong.push(`a process that woke up ended with ${String(exitCode)}: ${stderr}`)
  } else tally.killed += 1
  const lost = await within(loser.ended, WAITED_FOR_MS, loser)
  if (lost.exitCode === 1 && /RECOVERY_JOB_LIVES|JOB_FENCED/.test(lost.stderr)) tally.refused += 1
  else tally.wrong.push(`a second recovery ended with ${String(lost.exitCode)}: ${lost.stderr}`)
  if (/JobID/.test(lost.stdout) && !lost.stderr.includes('JOB_FENCED')) tally.wrong.push(`both ran: ${lost.stdout}`)
  return winner
}

async function firstThatRuns(both: readonly [RunningCommand, RunningCommand]): Promise<RunningCommand> {
  return Promise.any(
    both.map(async (command) => {
      await command.until(/submitted with JobID/, LONGEST_MS)
      return command
    }),
  )
}

async function within<T>(work: Promise<T>, ms: number, command: RunningCommand): Promise<T> {
  const timer = setTimeout(() => {
    command.kill('SIGCONT')
    command.kill('SIGKILL')
  }, ms)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
