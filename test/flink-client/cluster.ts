/** A session with a user of its own at the terminal, who has Flink's client or flink-ts. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { REPOSITORY, Workspace, type CommandResult } from '../e2e/command-line.js'
import { freePort } from '../e2e/free-port.js'
import { transcriptOf, type Transcript } from '../e2e/transcripts/transcript.js'
import type { Prepared } from './steps.js'

const JOB_FILE = path.join(import.meta.dirname, '../e2e/transcripts/bench-job.js')
const FAILING_JOB_FILE = path.join(import.meta.dirname, 'failing-snapshots-job.js')
const SAVEPOINT = 'file:<DIR>/sp/savepoint-<JOB6>-<RANDOM12>'
const ENDLESS = ['--workload', 'W2', '--records', '2000000000', '--keys', '100', '--rate', '500', '--detached', '1']
const SHORT = ['--workload', 'W1', '--detached', '1']
const FRAME = /^\s*(?:at |\.\.\. \d+ more$)/

export class Cluster {
  readonly port: string
  readonly workspace: Workspace
  /** The job that was started last, and the savepoint that was taken last. */
  #jobId = ''
  #savepoint = ''

  private constructor(port: string) {
    this.port = port
    const rest = { 'rest.port': port, 'rest.address': '127.0.0.1', 'execution.target': 'remote' }
    this.workspace = new Workspace({
      ...rest,
      'env.log.dir': 'log',
      'taskmanager.numberOfTaskSlots': '8',
      'state.checkpoints.dir': 'checkpoints',
    })
    mkdirSync(path.join(this.workspace.path, 'log'), { recursive: true })
  }

  static async start(): Promise<Cluster> {
    const cluster = new Cluster(await freePort())
    await cluster.#flinkTs('start-cluster')
    return cluster
  }

  async prepare(jobs: Prepared): Promise<void> {
    if (jobs === 'one that ends') await this.#submit(JOB_FILE, 'FINISHED', SHORT)
    if (jobs === 'one that runs') await this.#submit(JOB_FILE, 'RUNNING', ENDLESS)
    if (jobs === 'one whose snapshots fail') await this.#submit(FAILING_JOB_FILE, 'RUNNING', ['--detached', '1'])
    if (jobs === 'none that runs') await this.#until('no job runs', async () => !(await this.#list()).includes('('))
    if (jobs === 'three that run') {
      for (let index = 0; index < 3; index += 1) await this.#submit(JOB_FILE, 'RUNNING', ENDLESS)
    }
  }

  /** What `run` prints for a command line, with the placeholders of the transcripts and without frames. */
  async transcript(
    command: string,
    run: (...args: string[]) => Promise<CommandResult>,
    more: ReadonlyMap<string, string>,
  ): Promise<Transcript> {
    const given = [...more].reduce((text, [place, placeholder]) => text.replaceAll(placeholder, place), command)
    const args = given
      .replaceAll(SAVEPOINT, this.#savepoint)
      .replaceAll('<DIR>', this.workspace.path)
      .replaceAll('<JOB>', this.#jobId)
    const result = await run(...args.split(' '))
    this.#savepoint = /\bfile:\S+\/savepoint-[0-9a-f-]+/.exec(result.stdout)?.[0] ?? this.#savepoint
    const places = new Map([
      ...more,
      [this.workspace.path, '<DIR>'],
      [REPOSITORY, '<REPOSITORY>'],
      [this.port, '<PORT>'],
    ])
    const { exitCode, stdout, stderr } = result
    const shown = { exitCode, stdout: withoutFrames(stdout), stderr: withoutFrames(stderr) }
    return transcriptOf(command, shown, places)
  }

  async stop(): Promise<void> {
    await this.#flinkTs('stop-cluster')
    this.workspace.remove()
  }

  async #submit(file: string, state: string, args: readonly string[]): Promise<void> {
    const stdout = await this.#flinkTs('run', '-d', '-c', 'bench.Bench', file, ...args)
    this.#jobId = /JobID ([0-9a-f]{32})/.exec(stdout)?.[1] ?? ''
    const line = new RegExp(`${this.#jobId} : .* \\(${state}\\)`)
    await this.#until(`job ${this.#jobId} is ${state}`, async () => line.test(await this.#list('-a')))
  }

  #list(...options: string[]): Promise<string> {
    return this.#flinkTs('list', ...options)
  }

  async #flinkTs(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.workspace.run(...args)
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let attempts = 0; attempts < 60; attempts += 1) if (await isSo()) return
    assert.fail(`it is not so after all this time that ${what}`)
  }
}

function withoutFrames(text: string): string {
  return text
    .split('\n')
    .filter((line) => !FRAME.test(line))
    .join('\n')
}
