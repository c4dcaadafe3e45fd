/** Spawns the real binary as a user would, with a configuration and a run directory of the test's own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { watchOrphans, WORKSPACE_PREFIX } from './orphan-watch.js'

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..')
const BINARY = path.join(REPOSITORY, 'bin/flink-ts.js')
const WAIT_MS = 30_000

export interface CommandResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Of somebody at a terminal: what tells programs that nobody looks, or which colours to show, is of those who run the tests. */
const TERMINAL = { TERM: 'xterm-256color', CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined }

/**
 * The environment of a user, with additions. A coverage run must not be slowed down by what its tests spawn: each thread of
 * a job would write a megabyte. Node gives the variable to every child unless it is named with nothing.
 */
export function userEnvironment(additions: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...TERMINAL, NODE_V8_COVERAGE: undefined, ...additions }
}

/** A directory with configuration, run directory and room for snapshots; removed by `remove`. Nothing in it outlives us. */
export class Workspace {
  readonly path = mkdtempSync(path.join(tmpdir(), WORKSPACE_PREFIX))

  readonly #environment: Readonly<Record<string, string>>

  constructor(
    configuration: Readonly<Record<string, string>> = {},
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#environment = { ...environment, ...watchOrphans(this.path) }
    mkdirSync(path.join(this.path, 'conf'))
    const options = { 'cluster.run-directory': path.join(this.path, 'run'), ...configuration }
    const lines = Object.entries(options).map(([key, value]) => `${key}: ${this.#inFull(key, value)}\n`)
    writeFileSync(path.join(this.path, 'conf/flink-conf.yaml'), lines.join(''))
  }

  /** A relative directory in a configuration file is warned of. */
  #inFull(key: string, value: string): string {
    return /(?:[.-]dir|storageDir)$/.test(key) && !value.includes(':') ? path.resolve(this.path, value) : value
  }

  file(name: string, text: string): string {
    const file = path.join(this.path, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  start(...args: string[]): RunningCommand {
    return this.startWith([], ...args)
  }

  /** With options of Node's own. */
  startWith(nodeOptions: readonly string[], ...args: string[]): RunningCommand {
    return this.#spawn(process.execPath, [...nodeOptions, BINARY, ...args])
  }

  /** Below another program, which gets the command as its last arguments. */
  startBelow([program, ...options]: readonly [string, ...string[]], ...args: string[]): RunningCommand {
    return this.#spawn(program, [...options, process.execPath, BINARY, ...args])
  }

  /** From a directory in the workspace. */
  startIn(directory: string, ...args: string[]): RunningCommand {
    return this.#spawn(process.execPath, [BINARY, ...args], directory)
  }

  #spawn(program: string, args: readonly string[], directory = '.'): RunningCommand {
    const env = userEnvironment({ FLINK_CONF_DIR: path.join(this.path, 'conf'), ...this.#environment })
    const options = { cwd: path.join(this.path, directory), env } as const
    return new RunningCommand(spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }))
  }

  async run(...args: string[]): Promise<CommandResult> {
    return this.start(...args).ended
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** Keeps the test's process alive only while somebody waits for it, so that a test that failed before ends all the same. */
export class RunningCommand {
  stdout = ''
  stderr = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<CommandResult>
  readonly #watchers = new Set<() => void>()

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      this.#notify()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#notify()
    })
    this.#ended = new Promise((resolve) => {
      child.on('close', (exitCode) => {
        resolve({ exitCode, stdout: this.stdout, stderr: this.stderr })
        this.#notify()
      })
    })
    for (const handle of this.#handles()) handle.unref()
  }

  get ended(): Promise<CommandResult> {
    for (const handle of this.#handles()) handle.ref()
    return this.#ended
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** The job id that `run` printed. */
  async jobId(): Promise<string> {
    const [, jobId = ''] = await this.until(/submitted with JobID ([0-9a-f]{32})/)
    return jobId
  }

  /** Resolves when standard output matches; fails with all output when it does not in time, or the process ended. */
  until(pattern: RegExp, waitMs = WAIT_MS): Promise<RegExpExecArray> {
    return this.#until('stdout', pattern, waitMs)
  }

  /** The same on standard error. */
  untilError(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until('stderr', pattern, WAIT_MS)
  }

  #until(stream: 'stdout' | 'stderr', pattern: RegExp, waitMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(this[stream])
        if (match !== null) finish(() => resolve(match))
        else if (this.#child.exitCode !== null) finish(() => reject(this.#failure(pattern, 'it ended')))
      }
      const timer = setTimeout(() => {
        finish(() => reject(this.#failure(pattern, 'it took too long')))
      }, waitMs)
      const finish = (settle: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        settle()
      }
      this.#watchers.add(check)
      check()
    })
  }

  #handles(): readonly { ref(): unknown; unref(): unknown }[] {
    return [this.#child, this.#child.stdout as Socket, this.#child.stderr as Socket]
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }

  #failure(pattern: RegExp, why: string): Error {
    return new Error(`waited for ${String(pattern)}, ${why}\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`)
  }
}
