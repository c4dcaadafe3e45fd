import { spawn } from 'node:child_process'
import path from 'node:path'

export interface ScriptEnd {
  readonly code: number
  readonly output: string
}

const folder = path.resolve(import.meta.dirname, '../../../test/services')

/** Runs `start.sh` of a server; its ports and places are in the environment. */
export function serviceScript(
  server: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<ScriptEnd> {
  return new Promise((resolve, reject) => {
    const script = path.join(folder, server, 'start.sh')
    const child = spawn('bash', [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (output += bytes.toString()))
    child.once('error', reject)
    // Not `close`: a server that was started may hold the pipes.
    child.once('exit', (code) => {
      resolve({ code: code ?? 1, output })
    })
  })
}
