/**
 * A job whose REST API is asked for anything over its socket and over TCP. It has to answer or to hang up, to say nothing of its
 * machine where it fails, to keep its memory, and to count on as if nobody had asked.
 */
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import path from 'node:path'
import fc from 'fast-check'
import { REPOSITORY } from '../command-line.js'
import { expectedLines, NumbersWorkspace, printedLines } from '../numbers-job.js'
import { askWeb, webOf } from '../web-client.js'
import { drawnRequest, type DrawnRequest, type FuzzedJob } from './drawn-requests.js'

/** Requests at a time: more than a job ever has. */
const AT_ONCE = 24
/** A job that is asked by so many, on a machine with other work, may be slow; one that hangs is not done by then. */
const HANGS_AFTER_MS = 60_000
/** How long those stay who say nothing. */
const STAYS_MS = 200
/** Requests before memory is looked at first: by then all has been loaded and compiled. */
const WARM_UP = 300
const MOST_GROWTH_MB = 200
const MOST_NEW_FILES = 20

export interface FuzzCounts {
  readonly requests: number
  readonly answers: Record<string, number>
  readonly kinds: Record<string, number>
  readonly memoryMb: readonly number[]
  readonly openFiles: readonly number[]
  readonly records: number
}

type Connect = () => Socket

/** So many requests over each of the two; `seed` draws them. */
export async function fuzzRest(requests: number, seed: number): Promise<FuzzCounts> {
  const workspace = new NumbersWorkspace({ 'state.savepoints.dir': 'savepoints' })
  const token = 'a-token-of-the-fuzz-run'
  const file = workspace.file('token.txt', token)
  chmodSync(file, 0o600)
  const process = workspace.start('run', '--web', '0', '-D', `rest.authentication.token-file=${file}`, workspace.job)
  const web = await webOf(process)
  const jobId = await process.jobId()
  const answer = await askWeb(`${web}/jobs/${jobId}`, { headers: { authorization: `Bearer ${token}` } })
  const [vertex] = (JSON.parse(answer.text) as { vertices: { id: string }[] }).vertices
  const job: FuzzedJob = {
    jobId,
    vertexId: vertex?.id ?? '',
    token,
    directory: path.join(workspace.path, 'savepoints'),
  }
  const socket = path.join(workspace.path, 'run', `${jobId}.sock`)
  const ways: readonly Connect[] = [
    () => createConnection({ path: socket, allowHalfOpen: true }),
    () => createConnection({ port: Number(new URL(web).port), host: '127.0.0.1', allowHalfOpen: true }),
  ]
  const counts = { answers: {}, kinds: {}, memoryMb: [] as number[], openFiles: [] as number[] }
  const look = (): void => {
    counts.memoryMb.push(memoryMbOf(process.pid))
    counts.openFiles.push(readdirSync(`/proc/${String(process.pid)}/fd`).length)
  }
  const drawn = fc.sample(drawnRequest(job), { numRuns: requests, seed })
  for (let from = 0; from < drawn.length; from += AT_ONCE) {
    if (counts.memoryMb.length === 0 && from >= WARM_UP / ways.length) look()
    const some = drawn.slice(from, from + AT_ONCE)
    await Promise.all(some.flatMap((request) => ways.map((connect) => send(request, connect, workspace.path, counts))))
  }
  look()
  const status = await askWeb(`${web}/jobs/${jobId}/status`, { headers: { authorization: `Bearer ${token}` } })
  assert.match(status.text, /RUNNING/)
  process.kill('SIGINT')
  const { stdout, stderr } = await process.ended
  assert.equal(entriesLeft(workspace.path), 0, 'its files have gone')
  assert.doesNotMatch(stderr, /\bat .*\.js:\d+/, stderr)
  const lines = printedLines(stdout)
  assert.deepEqual(lines, expectedLines(0, lines.length), 'nothing was lost or counted twice')
  checkGrowth(counts.memoryMb, MOST_GROWTH_MB, 'MB of memory')
  checkGrowth(counts.openFiles, MOST_NEW_FILES, 'open files')
  workspace.remove()
  return { requests: drawn.length * ways.length, ...counts, records: lines.length }
}

function entriesLeft(workspace: string): number {
  return readdirSync(path.join(workspace, 'run')).filter((name) => /\.(?:json|sock)$/.test(name)).length
}

function checkGrowth(values: readonly number[], most: number, what: string): void {
  const [first = 0, last = 0] = [values[0], values.at(-1)]
  assert.ok(last - first <= most, `${String(first)} ${what} became ${String(last)}`)
}

type Counts = Pick<FuzzCounts, 'answers' | 'kinds'>

async function send(request: DrawnRequest, connect: Connect, workspace: string, counts: Counts): Promise<void> {
  const text = await exchange(request, connect)
  counts.kinds[request.kind] = (counts.kinds[request.kind] ?? 0) + 1
  const statuses = [...text.matchAll(/(?:^|\r\n|\})HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status)
  for (const status of statuses.length === 0 ? ['none'] : statuses)
    counts.answers[status] = (counts.answers[status] ?? 0) + 1
  const asked = (): string => `${request.kind}: ${JSON.stringify(request.parts.map(String).join('|')).slice(0, 2000)}`
  assert.doesNotMatch(text, /Internal server error/, `an error that nobody expects: ${asked()}\n${text}`)
  if (/^(?:right|as clients send it)$/.test(request.kind)) assert.notEqual(statuses.length, 0, `no answer: ${asked()}`)
  if (request.then === 'wait' && isKept(text))
    assert.equal(statuses.length, 2, `a connection that was kept gave no second answer: ${asked()}\n${text}`)
  if (!statuses.some((status) => status.startsWith('5'))) return
  const secrets = [REPOSITORY, workspace, 'node_modules', '/dist/', 'file://', '\\n    at ']
  const told = secrets.filter((secret) => text.includes(secret) && !request.parts.some((part) => part.includes(secret)))
  assert.deepEqual(told, [], `${asked()}\n${text}`)
}

/**
 * What comes back; nothing where the other side only hangs up. Whoever waits and is told that the connection stays asks once more by it,
 * as clients do that ask again, and goes.
 */
function exchange({ parts, then, kind }: DrawnRequest, connect: Connect): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect()
    let text = ''
    let hasAskedAgain = false
    const hangs = setTimeout(() => {
      reject(new Error(`neither answered nor hung up: ${kind} ${JSON.stringify(parts.map(String)).slice(0, 2000)}`))
      socket.destroy()
    }, HANGS_AFTER_MS)
    // A character a byte, as the length of an answer is told in bytes.
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part
      if (then !== 'wait' || !isKept(text)) return
      if (hasAskedAgain) socket.end()
      else void write(socket, parts)
      hasAskedAgain = true
    })
    // The other side may hang up at any time.
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      clearTimeout(hangs)
      resolve(text)
    })
    socket.on('connect', () => {
      void write(socket, parts).then(() => {
        if (then === 'half-close') socket.end()
        if (then === 'destroy') socket.destroy()
        if (then === 'stay') setTimeout(() => socket.destroy(), STAYS_MS)
      })
    })
  })
}

/** Whether the last answer is there to its end and says that its connection stays, which Node keeps for seconds then. */
function isKept(text: string): boolean {
  const [, head = '', body] = /^(.*?)\r\n\r\n(.*)$/s.exec(text.slice(text.lastIndexOf('HTTP/1.1 '))) ?? []
  const [, length] = /^content-length: (\d+)\r?$/im.exec(head) ?? []
  return body?.length === Number(length) && /^connection: keep-alive\r?$/im.test(head)
}

/** In packets of their own. */
async function write(socket: Socket, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts) {
    if (socket.writable) socket.write(part)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function memoryMbOf(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
