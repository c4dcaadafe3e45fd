/**
 * A session as its user has it: started and stopped by its commands, asked at its port, its processes told by what they were started with.
 * Of Linux, which says what processes there are.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace, type CommandResult } from '../command-line.js'
import { freePort } from '../free-port.js'
import { askWeb, type WebAnswer } from '../web-client.js'

/** What jobs go on from. */
export const CHECKPOINTED = {
  'execution.checkpointing.interval': '50 ms',
  'execution.checkpointing.dir': 'checkpoints',
}
const LONGEST_MS = 60_000
const POLL_MS = 20

export interface ListedJob {
  readonly jid: string
  readonly state: string
}

export class SessionUnderTest {
  readonly workspace: Workspace
  readonly port: string
  /** Where its processes put what is temporary: what is left there is seen. */
  readonly temporary: string
  readonly #headers: Readonly<Record<string, string>>

  private constructor(port: string, configuration: Readonly<Record<string, string>>, token: string | undefined) {
    this.port = port
    this.temporary = mkdtempSync(path.join(tmpdir(), 'flink-ts-e2e-tmp-'))
    this.workspace = new Workspace({ 'rest.port': port, ...configuration }, { TMPDIR: this.temporary })
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /** At a port that nobody has; the same one after each start. `token`: where the configuration asks for one. */
  static async create(configuration: Readonly<Record<string, string>> = {}, token?: string): Promise<SessionUnderTest> {
    return new SessionUnderTest(await freePort(), configuration, token)
  }

  /** Started, with checkpoints, and gone after the test. */
  static async begun(
    context: TestContext,
    configuration: Readonly<Record<string, string>> = {},
  ): Promise<SessionUnderTest> {
    const session = await SessionUnderTest.ready(context, configuration)
    await session.start()
    return session
  }

  /** The same for who starts it in another way. */
  static async ready(
    context: TestContext,
    configuration: Readonly<Record<string, string>> = {},
  ): Promise<SessionUnderTest> {
    const session = await SessionUnderTest.create({ ...CHECKPOINTED, ...configuration })
    context.after(() => {
      session.remove()
    })
    return session
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(...options: readonly string[]): Promise<void> {
    succeeded('start-cluster', await this.workspace.run('start-cluster', ...options))
  }

  async stop(): Promise<CommandResult> {
    return succeeded('stop-cluster', await this.workspace.run('stop-cluster'))
  }

  /** The end of a suite: nothing of it may stay. What a program without a job has goes a moment after it is told of, whoever stops the session. */
  async end(): Promise<void> {
    try {
      await this.stop()
      await this.until('nothing is left', () => this.leftovers().length === 0)
    } finally {
      this.remove()
    }
  }

  ask(place: string, method = 'GET', body?: object): Promise<WebAnswer> {
    return askWeb(`${this.url}${place}`, { method, headers: { ...this.#headers } }, body)
  }

  async json<T>(place: string): Promise<T> {
    return JSON.parse((await this.ask(place)).text) as T
  }

  /** Empty where it does not answer. */
  async jobs(): Promise<readonly ListedJob[]> {
    try {
      return (await this.json<{ readonly jobs: readonly ListedJob[] }>('/jobs/overview')).jobs
    } catch {
      return []
    }
  }

  /** Of a client that may come too late: what it printed, with its exit code. `-t remote`: to the session, or not at all. */
  trySubmit(...args: readonly string[]): Promise<CommandResult> {
    return this.workspace.run('run', '-t', 'remote', '-m', `127.0.0.1:${this.port}`, '-d', ...args)
  }

  async submit(...args: readonly string[]): Promise<string> {
    const result = succeeded('run', await this.trySubmit(...args))
    return jobIdIn(result) ?? failed('no job id', result)
  }

  untilJobs(what: string, areSo: (jobs: readonly ListedJob[]) => boolean): Promise<void> {
    return this.until(what, async () => areSo(await this.jobs()))
  }

  untilState(jobId: string, state: string): Promise<void> {
    return this.untilJobs(`${jobId} is ${state}`, (jobs) => jobs.find(({ jid }) => jid === jobId)?.state === state)
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + LONGEST_MS
    while (performance.now() < end) {
      if (await isSo()) return
      await delay(POLL_MS)
    }
    const jobs = JSON.stringify(await this.jobs())
    throw new Error(`waited in vain: ${what}; jobs ${jobs}; left ${JSON.stringify(this.leftovers())}`)
  }

  /** All that were started with this workspace, commands included. */
  processes(): { readonly pid: number; readonly command: string }[] {
    const mark = `FLINK_TS_TEST_WORKSPACE=${this.workspace.path}\0`
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name) || !textOf(`/proc/${name}/environ`).includes(mark)) return []
      // One that has ended and is not collected yet has no command line.
      const command = textOf(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim()
      return command === '' ? [] : [{ pid: Number(name), command }]
    })
  }

  /** Processes of jobs, by what the run directory says. */
  jobProcesses(): { readonly jobId: string; readonly pid: number }[] {
    const run = path.join(this.workspace.path, 'run')
    const living = new Set(this.processes().map(({ pid }) => pid))
    return namesIn(run)
      .filter((name) => /^[0-9a-f]{32}\.json$/.test(name))
      .flatMap((name) => {
        const [, pid] = /"pid":\s*(\d+)/.exec(textOf(path.join(run, name))) ?? []
        return pid === undefined || !living.has(Number(pid)) ? [] : [{ jobId: name.slice(0, 32), pid: Number(pid) }]
      })
  }

  /** The session's own; undefined where it does not live. */
  sessionPid(): number | undefined {
    return this.processes().find(({ command }) => SESSION.test(command))?.pid
  }

  async killSession(): Promise<void> {
    const pid = this.sessionPid()
    if (pid === undefined) return
    kill(pid)
    await this.until('the session has ended', () => this.sessionPid() === undefined)
  }

  /** Gives whether there was a process to kill. */
  killJob(jobId: string): boolean {
    const found = this.jobProcesses().find((job) => job.jobId === jobId)
    if (found !== undefined) kill(found.pid)
    return found !== undefined
  }

  /** What should not be there when the session has been stopped: processes, sockets, entries of living jobs, temporary files. */
  leftovers(): readonly string[] {
    const run = path.join(this.workspace.path, 'run')
    return [
      ...this.processes().map(({ pid, command }) => `process ${String(pid)}: ${command}`),
      ...namesIn(run, true).filter((name) => /\.(?:sock|pid|upgrade|part|tmp)$|^[0-9a-f]{32}\.json$/.test(name)),
      // What Node keeps of compiled code, from 22 on.
      ...namesIn(this.temporary)
        .filter((name) => name !== 'node-compile-cache')
        .map((name) => `temporary ${name}`),
    ]
  }

  /** What is kept of programs that were sent to it, for the jobs of these ids. */
  programs(): readonly string[] {
    return namesIn(path.join(this.workspace.path, 'run/session/jars/running'))
  }

  /** What the sessions of this place have printed, for whoever looks why one is gone. */
  printed(): string {
    const log = path.join(this.workspace.path, 'run/log')
    const names = namesIn(log).filter((name) => /standalonesession\.(?:out|log)/.test(name))
    return names.map((name) => `--- ${name}\n${textOf(path.join(log, name)).slice(-4000)}`).join('\n')
  }

  killAll(): void {
    for (const { pid } of this.processes()) {
      kill(pid)
    }
  }

  remove(): void {
    this.killAll()
    this.workspace.remove()
    rmSync(this.temporary, { recursive: true, force: true })
  }
}

const SESSION = /session-entry\.js|start-cluster --foreground/

export function jobIdIn({ stdout }: CommandResult): string | undefined {
  return /submitted with JobID ([0-9a-f]{32})/.exec(stdout)?.[1]
}

function succeeded(what: string, result: CommandResult): CommandResult {
  return result.exitCode === 0 ? result : failed(what, result)
}

function failed(what: string, { exitCode, stdout, stderr }: CommandResult): never {
  throw new Error(`${what} ended with ${String(exitCode)}:\n${stdout}${stderr}`)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function namesIn(directory: string, recursive = false): string[] {
  try {
    return readdirSync(directory, { recursive, encoding: 'utf8' })
  } catch {
    return []
  }
}
