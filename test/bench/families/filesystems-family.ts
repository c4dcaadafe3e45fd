import { spawn } from 'node:child_process'
import path from 'node:path'
import { RunningCommand } from '../../e2e/command-line.js'
import { figureAtMost, ratioAtLeast, type BenchFamily, type BenchRow, type Figures } from '../bench-family.js'
import { median } from '../median.js'
import { makeBucket } from '../stores/bare-s3.js'
import { startFastS3, startService } from '../stores/bench-server.js'

const ROUNDS = 3
/** moto is one process of Python: more bytes tell no more. */
const MEGABYTES = { hdfs: 1024, fast: 1024, moto: 256 } as const
/** Streams, never whole files: what Node and a client take, and some blocks. */
const MOST_RSS_MB = 400

type StoreName = keyof typeof MEGABYTES

interface Store {
  readonly directory: string
  readonly options: Readonly<Record<string, string>>
  stop(): Promise<void>
}

const KEYS = { 's3.access-key': 'any', 's3.secret-key': 'any' }

async function openHdfs(): Promise<Store> {
  const { environment, stop } = await startService('hdfs')
  const { HDFS_RPC_PORT = '', HDFS_HTTP_PORT = '' } = environment
  const options = { 'fs.hdfs.webhdfs.address': `127.0.0.1:${HDFS_HTTP_PORT}` }
  return { directory: `hdfs://127.0.0.1:${HDFS_RPC_PORT}/bench`, options, stop }
}

async function openMoto(): Promise<Store> {
  const { environment, stop } = await startService('moto')
  const url = `http://127.0.0.1:${environment.MOTO_PORT ?? ''}`
  const options = { ...KEYS, 's3.endpoint': url }
  await makeBucket({ directory: 's3://bench/checkpoints', options, sizeBytes: 0 })
  return { directory: 's3://bench/checkpoints', options, stop }
}

async function openFast(): Promise<Store> {
  const { url, stop } = await startFastS3()
  return { directory: 's3://bench/checkpoints', options: { ...KEYS, 's3.endpoint': url }, stop }
}

const OPENED: Readonly<Record<StoreName, () => Promise<Store>>> = { hdfs: openHdfs, fast: openFast, moto: openMoto }

interface Transferred {
  readonly handle: unknown
  readonly mbps: number
  readonly cpuMbps: number
  readonly peakRssMb: number
}

async function transfer(args: readonly string[]): Promise<Transferred> {
  const file = path.join(import.meta.dirname, '../stores/transfer.js')
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const { exitCode, stdout, stderr } = await new RunningCommand(child).ended
  if (exitCode !== 0) throw new Error(`a transfer ended with ${String(exitCode)}\n${stderr}`)
  return JSON.parse(stdout) as Transferred
}

/** Bare and by the engine in turn, so that whatever the machine does meanwhile meets both. */
async function measure(name: StoreName): Promise<Figures> {
  const store = await OPENED[name]()
  const rates: Record<string, number[]> = {}
  const peaks: Record<string, number[]> = {}
  try {
    const sizeAndOptions = [String(MEGABYTES[name]), JSON.stringify(store.options)]
    for (let round = 0; round < ROUNDS; round += 1) {
      const modes = round % 2 === 0 ? ['bare', 'engine'] : ['engine', 'bare']
      let handle: unknown
      for (const direction of ['write', 'read'])
        for (const mode of modes) {
          const given = direction === 'read' && mode === 'engine' ? [JSON.stringify(handle)] : []
          const done = await transfer([mode, direction, store.directory, ...sizeAndOptions, ...given])
          if (mode === 'engine') handle = done.handle
          ;(rates[`${mode}-${direction}`] ??= []).push(done.mbps)
          ;(peaks[direction] ??= []).push(mode === 'engine' ? done.peakRssMb : 0)
        }
    }
  } finally {
    await store.stop()
  }
  return {
    ...Object.fromEntries(Object.entries(rates).map(([key, all]) => [key, median(all)])),
    ...Object.fromEntries(Object.entries(peaks).map(([key, all]) => [`rss-${key}`, Math.max(...all)])),
  }
}

const TITLES: readonly (readonly [StoreName, string])[] = [
  ['hdfs', 'hdfs://'],
  ['fast', 's3://, of a store that drops them'],
  ['moto', 's3://, of moto'],
]

function rowsOf([name, title]: readonly [StoreName, string]): BenchRow[] {
  const size = `${String(MEGABYTES[name])} MB`
  const row = (direction: 'write' | 'read', what: string): BenchRow => ({
    title: `${what} of ${size}, ${title}`,
    unit: 'MB/s',
    value: { program: name, figure: `engine-${direction}` },
    bound: { label: 'bare client', value: { program: name, figure: `bare-${direction}` } },
    goal: ratioAtLeast(0.7),
  })
  const memory = (direction: 'write' | 'read', what: string): BenchRow => ({
    title: `${what} of ${size}, ${title}, most RSS`,
    unit: 'MB',
    value: { program: name, figure: `rss-${direction}` },
    goal: figureAtMost(MOST_RSS_MB),
  })
  return [row('write', 'checkpoint'), row('read', 'restore'), memory('write', 'checkpoint'), memory('read', 'restore')]
}

/** State to a store and from it, beside what its client gives alone. Only when it is asked for: it installs and starts servers. */
export const filesystemsFamily: BenchFamily = {
  name: 'filesystems',
  isOnlyWhenNamed: true,
  programs: TITLES.map(([name]) => ({ id: name, usesEngine: true, maxRuns: 1, measure: () => measure(name) })),
  rows: TITLES.flatMap(rowsOf),
}
