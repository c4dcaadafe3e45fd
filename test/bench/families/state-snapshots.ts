import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Workspace } from '../../e2e/command-line.js'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import type { Figures } from '../bench-family.js'
import { CheckpointWatcher, type CheckpointSample } from '../checkpoint-watcher.js'
import { median } from '../median.js'

/** As often the same hundredth of the keys changes, with a checkpoint after each. */
const STEPS = 5
const LONGEST_MS = 600_000
const JOB = {}

/**
 * Fills a state of so many keys, takes a whole checkpoint, some of what changed since, a savepoint; then restores the newest checkpoint
 * and the savepoint, each in a process of its own.
 */
export async function measureSnapshots(
  engine: BenchEngine,
  keys: number,
  backend: Readonly<Record<string, string>>,
): Promise<Figures> {
  const workspace = new Workspace({
    ...backend,
    'execution.checkpointing.incremental': 'true',
    'execution.checkpointing.interval': '1 h',
    'execution.checkpointing.dir': 'checkpoints',
    'execution.checkpointing.savepoint-dir': 'savepoints',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  })
  try {
    return { ...(await takeAll(engine, workspace, keys)), ...(await restoreAll(engine, workspace, keys)) }
  } finally {
    workspace.remove()
  }
}

/** What the checkpoints wrote. */
async function takeAll(engine: BenchEngine, workspace: Workspace, keys: number): Promise<Figures> {
  const steps = path.join(workspace.path, 'steps')
  mkdirSync(steps)
  const job = engine.start(workspace, JOB, runOf(['--keys', String(keys), '--steps', steps]))
  const jobId = await job.jobId()
  const watcher = new CheckpointWatcher(workspace.path)
  watcher.start(jobId)
  const changed = Math.ceil(keys / 100)
  for (let step = 0; step <= STEPS; step += 1) {
    if (step > 0) writeFileSync(path.join(steps, String(step)), '')
    await job.until(new RegExp(`^COUNTED ${String(keys + step * changed)}$`, 'm'), LONGEST_MS)
    await command(engine, workspace, ['checkpoint', jobId])
  }
  const samples = await allOf(watcher, STEPS + 1)
  await watcher.stop()
  await command(engine, workspace, ['savepoint', jobId])
  await command(engine, workspace, ['cancel', jobId])
  await job.ended
  const [whole, ...increments] = samples.map(({ checkpointedSizeBytes }) => checkpointedSizeBytes / 1_000_000)
  return { wholeMb: whole ?? Number.NaN, changedMb: median(increments), wholeMs: samples[0]?.durationMs ?? Number.NaN }
}

async function restoreAll(engine: BenchEngine, workspace: Workspace, keys: number): Promise<Figures> {
  const inWorkspace = (...parts: string[]): string => path.join(workspace.path, ...parts)
  const savepoint = inWorkspace('savepoints', only(readdirSync(inWorkspace('savepoints'))))
  const ofJobs = readdirSync(inWorkspace('checkpoints')).filter((name) => /^[0-9a-f]{32}$/.test(name))
  const checkpoint = inWorkspace('checkpoints', only(ofJobs))
  const restoredFrom = async (snapshot: string): Promise<number> => {
    const args = runOf(['--keys', String(keys), '--steps', 'none'], ['-s', snapshot])
    return Number(/^RESTORED (.*)$/m.exec(await command(engine, workspace, args))?.[1])
  }
  return { checkpointMs: await restoredFrom(checkpoint), savepointMs: await restoredFrom(savepoint) }
}

function runOf(args: readonly string[], options: readonly string[] = []): string[] {
  return ['run', '-p', '1', ...options, jobFile('changed-keys-job'), ...args]
}

async function command(engine: BenchEngine, workspace: Workspace, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await engine.start(workspace, JOB, args).ended
  if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${String(exitCode)}\n${stdout}\n${stderr}`)
  return stdout
}

/** In the order in which they were taken. */
async function allOf(watcher: CheckpointWatcher, count: number): Promise<CheckpointSample[]> {
  const deadlineMs = Date.now() + LONGEST_MS
  while (watcher.completed().length < count) {
    if (Date.now() > deadlineMs)
      throw new Error(`${String(watcher.completed().length)} checkpoints of ${String(count)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return watcher.completed().toSorted((left, right) => left.startMs - right.startMs)
}

function only(names: readonly string[]): string {
  const [name] = names
  if (name === undefined || names.length > 1) throw new Error(`one of ${String(names.length)}: ${names.join(', ')}`)
  return name
}
