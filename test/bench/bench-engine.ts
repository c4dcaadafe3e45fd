import { spawn } from 'node:child_process'
import path from 'node:path'
import { CheckpointWatcher, type CheckpointSample } from './checkpoint-watcher.js'
import { parseProgress } from './progress-merge.js'
import type { Progress } from './jobs/progress.js'
import { RunningCommand, userEnvironment, Workspace } from '../e2e/command-line.js'

export interface BenchJob {
  /** Name of a module in jobs/. */
  readonly module: string
  readonly parallelism: number
  readonly args: Readonly<Record<string, string | number>>
  /** On top of checkpoints every second to disk. */
  readonly configuration?: Readonly<Record<string, string>>
  readonly withoutCheckpoints?: boolean
  /** Ask the job for its checkpoints while it runs. */
  readonly watchCheckpoints?: boolean
  /** Module of this folder that the job's process loads first. */
  readonly preload?: string
  /** Variables of its environment, beside those of the benchmark's own. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface JobRun {
  readonly stdout: string
  readonly stderr: string
  readonly progress: readonly Progress[]
  readonly checkpoints: readonly CheckpointSample[]
  readonly workspace: Workspace
}

const CHECKPOINTS = { 'execution.checkpointing.interval': '1 s', 'state.checkpoints.dir': 'checkpoints' }

/** One build of the engine, started as a user starts it. The jobs are always those beside this file. */
export class BenchEngine {
  readonly repository: string

  constructor(repository: string) {
    this.repository = repository
  }

  get binary(): string {
    return path.join(this.repository, 'bin/flink-ts.js')
  }

  /** Runs a job to its end; `read` may look at the files that it left. */
  async runJob<R>(job: BenchJob, read: (run: JobRun) => R): Promise<R> {
    const checkpoints = job.withoutCheckpoints === true ? {} : CHECKPOINTS
    const workspace = new Workspace({ ...checkpoints, ...job.configuration })
    try {
      const args = Object.entries(job.args).flatMap(([key, value]) => [`--${key}`, String(value)])
      const command = this.start(workspace, job, ['run', '-p', String(job.parallelism), jobFile(job.module), ...args])
      const watcher = job.watchCheckpoints === true ? new CheckpointWatcher(workspace.path) : undefined
      if (watcher !== undefined) watcher.start(await command.jobId())
      const { exitCode, stdout, stderr } = await command.ended
      await watcher?.stop()
      if (exitCode !== 0) throw new Error(`${job.module} ended with ${String(exitCode)}\n${stdout}\n${stderr}`)
      return read({
        stdout,
        stderr,
        progress: parseProgress(stdout),
        checkpoints: watcher?.completed() ?? [],
        workspace,
      })
    } finally {
      workspace.remove()
    }
  }

  start(workspace: Workspace, job: Pick<BenchJob, 'preload' | 'environment'>, args: readonly string[]): RunningCommand {
    const preload = job.preload === undefined ? [] : ['--import', moduleUrl(job.preload)]
    const child = spawn(process.execPath, [...preload, this.binary, ...args], {
      cwd: workspace.path,
      env: userEnvironment({ ...job.environment, FLINK_CONF_DIR: path.join(workspace.path, 'conf') }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new RunningCommand(child)
  }
}

export function jobFile(module: string): string {
  return path.join(import.meta.dirname, 'jobs', `${module}.js`)
}

function moduleUrl(module: string): string {
  return new URL(`./${module}.js`, import.meta.url).href
}

/** Runs a program of bounds/ to its end and gives its standard output. */
export async function runBound(module: string, args: readonly string[]): Promise<string> {
  const file = path.join(import.meta.dirname, 'bounds', `${module}.js`)
  const command = new RunningCommand(spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }))
  const { exitCode, stdout, stderr } = await command.ended
  if (exitCode !== 0) throw new Error(`the bound ${module} ended with ${String(exitCode)}\n${stderr}`)
  return stdout
}
