import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { isJobProcessAlive, SYSTEM_PROBE, type SocketState } from '../../../src/client/job-liveness.js'
import { startOfProcess } from '../../../src/core/process/process-start.js'

const isWindows = process.platform === 'win32'
const root = mkdtempSync(path.join(tmpdir(), 'liveness-'))
const children: ChildProcess[] = []
let count = 0

after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

/** A process that listens on a socket, as a job does. */
async function listener(): Promise<{ child: ChildProcess; socket: string }> {
  count += 1
  const socket = path.join(root, `${String(count)}.sock`)
  const script = `require('net').createServer(() => {}).listen(${JSON.stringify(socket)}, () => console.log('listens'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return { child, socket }
}

describe('The process of a job', { skip: isWindows }, () => {
  const own = { pid: process.pid, processStart: 'boot:1', socket: '/run/job.sock' }
  const isAlive = (socket: SocketState, start: string | undefined, entry: Partial<typeof own> = {}): Promise<boolean> =>
    isJobProcessAlive(
      { ...own, ...entry },
      { connect: () => Promise.resolve(socket), startOf: () => Promise.resolve(start) },
    )

  it('is dead when its socket refuses, whoever has its id now', async () => {
    assert.equal(await isAlive('refused', 'boot:1'), false)
  })

  it('lives when its socket takes a connection or cannot be asked, whatever its id says', async () => {
    assert.equal(await isAlive('accepted', undefined), true)
    assert.equal(await isAlive('unclear', undefined), true)
  })

  it('lives without its socket only while the process with its id is the one that began when it did', async () => {
    assert.equal(await isAlive('gone', 'boot:1'), true)
    assert.equal(await isAlive('gone', 'boot:2'), false)
    assert.equal(await isAlive('gone', undefined), false)
  })

  it('is dead without its socket where nobody knows when it began', async () => {
    const entry = { pid: process.pid, processStart: undefined, socket: '/run/job.sock' }
    const probe = {
      connect: (): Promise<SocketState> => Promise.resolve('gone'),
      startOf: () => Promise.resolve(undefined),
    }
    assert.equal(await isJobProcessAlive(entry, probe), false)
  })

  it('lives while it is stopped, and is dead once it is killed, reaped or not', async () => {
    const { child, socket } = await listener()
    const pid = child.pid ?? 0
    const entry = { pid, processStart: await startOfProcess(pid), socket }
    child.kill('SIGSTOP')
    assert.equal(await isJobProcessAlive(entry, SYSTEM_PROBE), true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.equal(await isJobProcessAlive(entry, SYSTEM_PROBE), false)
  })

  it('lives while it can be seen although somebody removed its socket', async () => {
    const { child, socket } = await listener()
    const pid = child.pid ?? 0
    const entry = { pid, processStart: await startOfProcess(pid), socket }
    rmSync(socket)
    assert.equal(await isJobProcessAlive(entry, SYSTEM_PROBE), true)
    assert.equal(await isJobProcessAlive({ ...entry, processStart: 'another' }, SYSTEM_PROBE), false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.equal(await isJobProcessAlive(entry, SYSTEM_PROBE), false)
  })

  it('is not at a path that is no socket', async () => {
    const file = path.join(root, 'file')
    writeFileSync(file, '')
    for (const socket of [file, root, path.join(file, 'below'), path.join(root, 'nothing')]) {
      assert.equal(
        await isJobProcessAlive({ pid: process.pid, processStart: 'x', socket }, SYSTEM_PROBE),
        false,
        socket,
      )
    }
  })
})

describe('The start of a process', { skip: isWindows }, () => {
  it('is the same whenever it is asked for, and not that of another process', async () => {
    const { child } = await listener()
    const start = await startOfProcess('self')
    assert.notEqual(start, undefined)
    assert.equal(await startOfProcess(process.pid), start)
    assert.notEqual(await startOfProcess(child.pid ?? 0), undefined)
    if (process.platform === 'linux') assert.notEqual(await startOfProcess(child.pid ?? 0), start)
  })

  it('is unknown of a process that there is not, and of one that only waits for its parent', async () => {
    assert.equal(await startOfProcess(4_194_303), undefined)
    // The shell becomes a process that never waits for the child it had.
    const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(parent)
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const zombie = Number(line.toString())
    while ((await startOfProcess(zombie)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.doesNotThrow(() => process.kill(zombie, 0))
  })
})
