/**
 * State far above the heap of its worker: `npm run large-state -- 4` for 4 GB with 256 MB of heap for each worker, incremental
 * checkpoints every ten seconds; `-- 4 lmdb` in that driver, `-- 4 rocksdb 64` with 64 MB of managed memory. It is killed once all
 * keys are there, goes on from its newest checkpoint, and every value that is read is compared.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'

const [gigabytes = '4', driver = 'rocksdb', managedMb = '256'] = process.argv.slice(2)
const KEYS = Math.round((Number(gigabytes) * 1024 ** 3) / 1000)
const READS = 1_000_000
const HEAP_LIMIT = '256 mb'

const repository = path.resolve(import.meta.dirname, '../../..')
const directory = mkdtempSync(path.join(tmpdir(), 'large-state-'))
const checkpoints = path.join(directory, 'checkpoints')
const local = path.join(directory, 'local')

const OPTIONS = {
  'cluster.run-directory': path.join(directory, 'run'),
  'state.backend.type': 'rocksdb',
  'state.backend.rocksdb.driver': driver,
  'state.backend.rocksdb.localdir': local,
  'taskmanager.memory.task.heap.size': HEAP_LIMIT,
  'taskmanager.memory.managed.size': `${managedMb} mb`,
  'execution.checkpointing.dir': checkpoints,
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.interval': '10 s',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
}

function bytesIn(place: string): number {
  if (!existsSync(place)) return 0
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + sizeOf(path.join(entry.parentPath, entry.name)), 0)
}

/** A file may go while others are looked at. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** The most that the process has had in memory, in MB. */
function mostResident(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]
    return Math.round(Number(kilobytes) / 1024)
  } catch {
    return 0
  }
}

interface Run {
  readonly output: string
  readonly seconds: number
  readonly residentMb: number
  readonly localMb: number
  readonly exitCode: number | null
}

/** Until its end, or until `isEnough` of its output, where it is killed. */
function run(more: readonly string[], isEnough: (output: string) => boolean): Promise<Run> {
  const started = performance.now()
  const settings = Object.entries(OPTIONS).map(([key, value]) => `-D${key}=${value}`)
  const job = path.join(repository, 'dist/test/bench/jobs/large-state-job.js')
  const program = [job, '--keys', String(KEYS), '--reads', String(READS)]
  const args = [path.join(repository, 'bin/flink-ts.js'), 'run', ...settings, ...more, ...program]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const figures = { output: '', residentMb: 0, localMb: 0 }
  const timer = setInterval(() => {
    figures.residentMb = Math.max(figures.residentMb, mostResident(child.pid ?? 0))
    figures.localMb = Math.max(figures.localMb, Math.round(bytesIn(local) / 1024 ** 2))
    if (isEnough(figures.output)) child.kill('SIGKILL')
  }, 1000)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text)
    figures.output += text
  })
  return new Promise((resolve) => {
    child.on('close', (exitCode) => {
      clearInterval(timer)
      resolve({ ...figures, seconds: Math.round((performance.now() - started) / 1000), exitCode })
    })
  })
}

function report(what: string, { seconds, residentMb, localMb }: Run): void {
  const state = `${String(Math.round(bytesIn(checkpoints) / 1024 ** 2))} MB in checkpoints`
  process.stdout.write(
    `${what}: ${String(seconds)} s, ${String(residentMb)} MB resident, ${String(localMb)} MB local, ${state}\n`,
  )
}

const what = `${gigabytes} GB, ${String(KEYS)} keys, ${driver}, heap ${HEAP_LIMIT}, managed ${managedMb} MB`
/** A checkpoint is complete. */
function hasCheckpoint(): boolean {
  const files = existsSync(checkpoints) ? readdirSync(checkpoints, { recursive: true, encoding: 'utf8' }) : []
  return files.some((file) => /chk-\d+[\\/]_metadata$/.test(file))
}

/** The first value was read again. */
const isWritten = (output: string): boolean => {
  const last = [...output.matchAll(/"written":(\d+),"read":(\d+)/g)].at(-1)
  return last !== undefined && Number(last[2]) > 0 && hasCheckpoint()
}
try {
  const first = await run([], isWritten)
  report(`${what}: written and killed`, first)
  const second = await run(
    ['-s', path.join(checkpoints, readdirSync(checkpoints).find((name) => !name.startsWith('_')) ?? '')],
    () => false,
  )
  report(`${what}: restored and read`, second)
  const isRight = second.exitCode === 0 && /^FINAL .*"wrong":0[,}]/m.test(second.output)
  process.stdout.write(`${what}: ${isRight ? 'every value that was read is as it was written' : 'FAILED'}\n`)
  if (!isRight) process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
