/** Sends what was drawn, and looks at what comes back: whoever is asked answers or hangs up, and says nothing of its machine where it fails. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { REPOSITORY } from '../command-line.js'
import type { DrawnRequest } from './drawn-requests.js'

/** Who is asked by so many, on a machine with other work, may be slow; one that hangs is not done by then. */
const HANGS_AFTER_MS = 60_000
/** How long those stay who say nothing. */
const STAYS_MS = 200

/** As Flink does, of some jobs that are not there it is also said as an error of the server, but one that is known. */
const UNEXPECTED = /its stack is in the log of the job/

export type Connect = () => Socket

export function checkGrowth(values: readonly number[], most: number, what: string): void {
  const [first = 0, last = 0] = [values[0], values.at(-1)]
  assert.ok(last - first <= most, `${String(first)} ${what} became ${String(last)}`)
}

/** By status, and by what was wrong. */
export interface Answered {
  readonly answers: Record<string, number>
  readonly kinds: Record<string, number>
}

export async function send(
  request: DrawnRequest,
  connect: Connect,
  workspace: string,
  counts: Answered,
): Promise<void> {
  const text = await exchange(request, connect)
  counts.kinds[request.kind] = (counts.kinds[request.kind] ?? 0) + 1
  const statuses = [...text.matchAll(/(?:^|\r\n|\})HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status)
  for (const status of statuses.length === 0 ? ['none'] : statuses)
    counts.answers[status] = (counts.answers[status] ?? 0) + 1
  const asked = (): string => `${request.kind}: ${JSON.stringify(request.parts.map(String).join('|')).slice(0, 2000)}`
  assert.doesNotMatch(text, UNEXPECTED, `an error that nobody expects: ${asked()}\n${text}`)
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

export function memoryMbOf(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
