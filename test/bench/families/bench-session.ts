import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace, type RunningCommand } from '../../e2e/command-line.js'
import { freePort } from '../../e2e/free-port.js'
import type { BenchEngine } from '../bench-engine.js'
import { timeCommand } from './timed-command.js'

/** Requests of a session that are under way at a time. */
export const MOST_UNDER_WAY = 32
/** Until the session has let go of connections that its clients have closed. */
const CLOSED_MS = 500

export interface BenchSessionOptions {
  readonly settings?: Readonly<Record<string, string>>
  /** Module of the folder above that its process loads first. */
  readonly preload?: string
}

/** A session in front, as a service has it. */
export class BenchSession {
  readonly workspace: Workspace
  readonly #port: string
  readonly #command: RunningCommand
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_UNDER_WAY })
  readonly #engine: BenchEngine

  private constructor(engine: BenchEngine, workspace: Workspace, port: string, preload: string | undefined) {
    this.#engine = engine
    this.workspace = workspace
    this.#port = port
    mkdirSync(this.temporary)
    const environment = { TMPDIR: this.temporary, HEAP_PROBE: this.#heapFile }
    const job = { environment, ...(preload === undefined ? {} : { preload }) }
    this.#command = engine.start(workspace, job, ['start-cluster', '--foreground'])
  }

  static async start(engine: BenchEngine, { settings, preload }: BenchSessionOptions): Promise<BenchSession> {
    const port = await freePort()
    const workspace = new Workspace({ 'rest.port': port, 'taskmanager.numberOfTaskSlots': '8', ...settings })
    return new BenchSession(engine, workspace, port, preload)
  }

  get temporary(): string {
    return path.join(this.workspace.path, 'tmp')
  }

  get pid(): number {
    return this.#command.pid
  }

  /** From the start of its process to the first answer. */
  async untilItAnswers(): Promise<void> {
    while (!(await this.answers('/overview'))) await delay(2)
  }

  async answers(place: string): Promise<boolean> {
    return (await this.ask('GET', place).catch(() => undefined)) !== undefined
  }

  ask(method: string, place: string, body?: object): Promise<unknown> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    return new Promise((resolve, reject) => {
      const options = { port: this.#port, path: place, method, headers, agent: this.#agent }
      const outgoing = httpRequest(options, (response) => {
        let answer = ''
        response.setEncoding('utf8').on('data', (part: string) => (answer += part))
        response.on('error', reject).on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(answer))
          else reject(new Error(`${method} ${place}: ${answer}`))
        })
      })
      outgoing.on('error', reject).end(text)
    })
  }

  async submit(...args: readonly string[]): Promise<string> {
    const command = ['run', '-t', 'remote', '-m', `127.0.0.1:${this.#port}`, '-d', ...args]
    const { stdout } = await timeCommand(() => this.#engine.start(this.workspace, {}, command))
    return /JobID ([0-9a-f]{32})/.exec(stdout)?.[1] ?? ''
  }

  async untilFinished(jobId: string): Promise<void> {
    for (;;) {
      const { status } = (await this.ask('GET', `/jobs/${jobId}/status`)) as { readonly status: string }
      if (status === 'FINISHED') return
      if (status === 'FAILED') throw new Error(`job ${jobId} failed`)
      await delay(5)
    }
  }

  memoryMb(): number {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
  }

  /** What is left of the heap after a collection. Of a session with `heap-probe`. */
  async heapMb(): Promise<number> {
    rmSync(this.#heapFile, { force: true })
    this.#command.kill('SIGUSR2')
    while (!existsSync(this.#heapFile)) await delay(10)
    return Number(readFileSync(this.#heapFile, 'utf8')) / 1024 / 1024
  }

  /** Without the connections of who asks here. */
  async openFiles(): Promise<number> {
    this.#agent.destroy()
    await delay(CLOSED_MS)
    return readdirSync(`/proc/${String(this.pid)}/fd`).length
  }

  get #heapFile(): string {
    return path.join(this.workspace.path, 'heap')
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    this.#command.kill('SIGTERM')
    await this.#command.ended
    this.workspace.remove()
  }
}

export async function withSession<T>(
  engine: BenchEngine,
  work: (session: BenchSession) => Promise<T>,
  options: BenchSessionOptions = {},
): Promise<T> {
  const session = await BenchSession.start(engine, options)
  try {
    return await work(session)
  } finally {
    await session.stop()
  }
}
