/**
 * A job whose REST API is asked for anything over its socket and over TCP. It has to answer or to hang up, to say nothing of its
 * machine where it fails, to keep its memory, and to count on as if nobody had asked.
 */
import assert from 'node:assert/strict'
import { chmodSync, readdirSync } from 'node:fs'
import { createConnection } from 'node:net'
import path from 'node:path'
import fc from 'fast-check'
import { ROUTES } from '../../../src/rest/routes.js'
import { expectedLines, NumbersWorkspace, printedLines } from '../numbers-job.js'
import { askWeb, webOf } from '../web-client.js'
import { drawnRequest, type FuzzedJob } from './drawn-requests.js'
import { checkGrowth, memoryMbOf, send, type Answered, type Connect } from './fuzz-exchange.js'

/** Requests at a time: more than a job ever has. */
const AT_ONCE = 24
/** Requests before memory is looked at first: by then all has been loaded and compiled. */
const WARM_UP = 300
const MOST_GROWTH_MB = 200
const MOST_NEW_FILES = 20

export interface FuzzCounts extends Answered {
  readonly requests: number
  readonly memoryMb: readonly number[]
  readonly openFiles: readonly number[]
  readonly records: number
}

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
    places: ROUTES,
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
