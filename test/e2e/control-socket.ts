import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import type { Workspace } from './command-line.js'

export interface SocketAnswer {
  readonly status: number | undefined
  readonly contentType: string | undefined
  readonly text: string
}

/** Asks the control socket of the one job of the workspace. */
export async function askControlSocket(workspace: Workspace, url: string): Promise<unknown> {
  return JSON.parse((await getFromControlSocket(workspace, url)).text)
}

/** The same, with what came with it. */
export function getFromControlSocket(workspace: Workspace, url: string): Promise<SocketAnswer> {
  const run = path.join(workspace.path, 'run')
  const [socket = ''] = readdirSync(run, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sock'))
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: path.join(run, socket), path: url }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => {
        resolve({ status: response.statusCode, contentType: response.headers['content-type'], text })
      })
    })
    outgoing.on('error', reject).end()
  })
}
