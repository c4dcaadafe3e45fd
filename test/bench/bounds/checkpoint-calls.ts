/**
 * What a checkpoint without state cannot do without, p = 2, written by hand: `node checkpoint-calls.js --seconds n`. Two
 * workers; every second the trigger to one of them, a message for the barrier, three acknowledgements, and the calls that
 * make `_metadata` durable, leave the word of which is the newest and remove the one before. Prints the processor time of
 * the process in percent of a core, half a minute after its start.
 */
import { closeSync, fsync, mkdtempSync, openSync, renameSync, rmdirSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { isMainThread, MessageChannel, parentPort, Worker, workerData, type MessagePort } from 'node:worker_threads'

const AGE_MS = 30_000
const METADATA_BYTES = 90
const HINT_BYTES = 120
const TASKS = 3

const fsyncInPool = promisify(fsync)

interface WorkerTask {
  readonly port: MessagePort
  /** That has the source. */
  readonly isFirst: boolean
}

interface Trigger {
  readonly checkpointId: number
  readonly directory: string
}

function runWorker({ port, isFirst }: WorkerTask): void {
  const master = parentPort
  if (master === null) throw new Error('this is a worker')
  const acknowledge = (checkpointId: number): void => {
    master.postMessage({ checkpointId, snapshot: { operators: {} }, metrics: { synchronousMs: 0.1, sizeBytes: 0 } })
  }
  port.on('message', acknowledge)
  if (!isFirst) return
  master.on('message', ({ checkpointId }: Trigger) => {
    port.postMessage(checkpointId)
    acknowledge(checkpointId)
    setImmediate(acknowledge, checkpointId)
  })
}

/** Its bytes are durable, its name is not. */
async function writeFile(file: string, sizeBytes: number, isDurable: boolean): Promise<void> {
  const descriptor = openSync(`${file}.part`, 'w')
  writeSync(descriptor, new Uint8Array(sizeBytes))
  if (isDurable) await fsyncInPool(descriptor)
  closeSync(descriptor)
  renameSync(`${file}.part`, file)
}

async function syncDirectory(directory: string): Promise<void> {
  const descriptor = openSync(directory, 'r')
  await fsyncInPool(descriptor)
  closeSync(descriptor)
}

async function takeCheckpoint(
  checkpointId: number,
  root: string,
  trigger: (trigger: Trigger) => Promise<void>,
): Promise<void> {
  const directory = `${root}/chk-${String(checkpointId)}`
  await mkdir(directory)
  await trigger({ checkpointId, directory })
  await writeFile(`${directory}/_metadata`, METADATA_BYTES, true)
  await Promise.all([syncDirectory(directory), syncDirectory(root)])
  await writeFile(`${root}/_newest`, HINT_BYTES, false)
  if (checkpointId === 1) return
  const older = `${root}/chk-${String(checkpointId - 1)}`
  unlinkSync(`${older}/_metadata`)
  rmdirSync(older)
}

async function runMaster(seconds: number): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'flink-ts-bound-'))
  const { port1, port2 } = new MessageChannel()
  let left = 0
  let allThere: () => void = () => undefined
  const workers = [port1, port2].map((port, index) => {
    const task: WorkerTask = { port, isFirst: index === 0 }
    const worker = new Worker(new URL(import.meta.url), { workerData: task, transferList: [port] })
    return worker.on('message', () => {
      left -= 1
      if (left === 0) allThere()
    })
  })
  let checkpointId = 0
  let last = Promise.resolve()
  const timer = setInterval(() => {
    checkpointId += 1
    last = takeCheckpoint(checkpointId, root, (trigger) => {
      left = TASKS
      workers[0]?.postMessage(trigger)
      return new Promise((resolve) => (allThere = resolve))
    })
  }, 1000)
  await sleep(AGE_MS)
  const before = process.cpuUsage()
  await sleep(seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  clearInterval(timer)
  await last
  process.stdout.write(`${JSON.stringify({ percent: (user + system) / (seconds * 10_000) })}\n`)
  for (const worker of workers) await worker.terminate()
  rmSync(root, { recursive: true })
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

if (isMainThread) {
  const { values } = parseArgs({ options: { seconds: { type: 'string' } } })
  await runMaster(Number(values.seconds))
} else runWorker(workerData as WorkerTask)
