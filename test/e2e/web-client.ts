/** How tests ask a job over TCP, and look at what listens there. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import path from 'node:path'
import type { RunningCommand, Workspace } from './command-line.js'

export interface WebAnswer {
  readonly status: number
  readonly text: string
}

/** One request by a connection of its own. */
export function askWeb(url: string, options: RequestOptions = {}, body?: object): Promise<WebAnswer> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const headers = { ...type, ...(options.headers as Record<string, string> | undefined) }
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, ...options, headers }, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (part: string) => (answer += part))
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: answer })
      })
    })
    outgoing.on('error', reject).end(text)
  })
}

/** Where `run --web` says that it listens. */
export async function webOf(job: RunningCommand): Promise<string> {
  const [, url = ''] = await job.untilError(/^Web interface\/REST: (\S+)$/m)
  return url
}

/** What the run directory says of its one living job. */
export function entryOf(workspace: Workspace): { readonly jobId: string; readonly pid: number; readonly web?: string } {
  const run = path.join(workspace.path, 'run')
  const [file = ''] = readdirSync(run).filter((name) => name.endsWith('.json'))
  return JSON.parse(readFileSync(path.join(run, file), 'utf8')) as { jobId: string; pid: number; web?: string }
}

/** Ports at which a process listens. Linux tells. */
export function listeningPorts(pid: number): readonly number[] {
  const descriptors = `/proc/${String(pid)}/fd`
  const inodes = readdirSync(descriptors).map((name) => inodeOf(path.join(descriptors, name)))
  return ['tcp', 'tcp6'].flatMap((table) => {
    const [, ...lines] = readFileSync(`/proc/${String(pid)}/net/${table}`, 'utf8')
      .trim()
      .split('\n')
    const rows = lines.map((line) => line.trim().split(/\s+/))
    const LISTENS = '0A'
    return rows
      .filter((row) => row[3] === LISTENS && inodes.includes(row[9]))
      .map((row) => Number.parseInt(row[1]?.split(':')[1] ?? '', 16))
  })
}

/** Of a socket; undefined for other files, and for those that were closed meanwhile. */
function inodeOf(descriptor: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(descriptor))?.[1]
  } catch {
    return undefined
  }
}

/** Of all files below a directory, those in which a text is; sockets and pipes are none. */
export function filesWith(directory: string, text: string): string[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((item) => item.isFile())
  return files.map((item) => path.join(item.parentPath, item.name)).filter((file) => readFileSync(file).includes(text))
}
