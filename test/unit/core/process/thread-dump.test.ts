import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { threadDump } from '../../../../src/core/process/thread-dump.js'
import { SystemClock } from '../../../../src/core/time/system-clock.js'

const workers: Worker[] = []

/** A thread that has begun to do what it is to do for good. */
async function threadOf(name: string, code: string, workerData?: Int32Array): Promise<void> {
  const worker = new Worker(`require('node:worker_threads').parentPort.postMessage(0)\n${code}`, {
    eval: true,
    name,
    workerData,
  })
  workers.push(worker)
  await new Promise((resolve) => worker.once('message', resolve))
}

after(() => Promise.all(workers.map((worker) => worker.terminate())))

test('a thread dump has the functions of a thread that never returns, innermost first, and the thread goes on', async () => {
  const memory = new Int32Array(new SharedArrayBuffer(4))
  const code = `const { workerData } = require('node:worker_threads')
    function spins() { for (;;) steps() }
    function steps() { Atomics.add(workerData, 0, 1) }
    spins()`
  await threadOf('busy', code, memory)
  const [stack] = (await threadDump(new SystemClock())).filter(({ name }) => name === 'busy')
  assert.match(stack?.text ?? '', /^"busy" Id=\d+ RUNNABLE\n(\tat steps .*\n)?\tat spins \(.*:\d+:\d+\)\n/)
  const steps = Atomics.load(memory, 0)
  while (Atomics.load(memory, 0) === steps) await delay(1)
})

test('a thread dump says of a thread that waits for messages that no function runs, and of the main thread what it waits for', async () => {
  await threadOf('idle', 'setInterval(() => undefined, 1e6)')
  const stacks = await threadDump(new SystemClock())
  assert.match(stacks.find(({ name }) => name === 'idle')?.text ?? '', /^"idle" Id=\d+ WAITING\n/)
  assert.match(stacks[0]?.text ?? '', /^"main" Id=0 RUNNABLE\n\t- answers this request; waits for: /)
})

test('a thread dump shows where a thread waits for memory that it shares', async () => {
  await threadOf('held', 'function holds() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }\nholds()')
  const stacks = await threadDump(new SystemClock())
  assert.match(stacks.find(({ name }) => name === 'held')?.text ?? '', /^"held" Id=\d+ RUNNABLE\n\tat holds /)
})
