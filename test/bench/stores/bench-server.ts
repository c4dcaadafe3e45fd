import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SERVERS } from '../../services/servers.js'
import { serviceScript } from '../../services/service-script.js'

export interface BenchServer {
  readonly environment: NodeJS.ProcessEnv
  stop(): Promise<void>
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return String(port)
}

/** One of `test/services`, installed where it is not yet. What it says where it cannot be had is the error. */
export async function startService(name: string): Promise<BenchServer> {
  const run = mkdtempSync(path.join(tmpdir(), 'flink-ts-bench-service-'))
  const environment: NodeJS.ProcessEnv = { ...process.env, SVC_RUN: run }
  for (const port of SERVERS.find((server) => server.name === name)?.ports ?? []) environment[port] = await freePort()
  const stop = async (): Promise<void> => {
    await serviceScript(name, ['wipe'], environment)
    rmSync(run, { recursive: true, force: true })
  }
  const { code, output } = await serviceScript(name, ['start'], environment)
  if (code === 0) return { environment, stop }
  await stop()
  const [line = ''] = output.trim().split('\n').slice(-1)
  throw new Error(`skipped: the server ${name} of test/services did not start: ${line}`)
}

/** The store that does nothing, in a process of its own. */
export async function startFastS3(): Promise<BenchServer & { readonly url: string }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'fast-s3.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  const stop = async (): Promise<void> => {
    child.kill()
    await once(child, 'exit')
  }
  return { environment: {}, url: `http://127.0.0.1:${port.toString().trim()}`, stop }
}
