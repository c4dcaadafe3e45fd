import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { ProcessMetrics } from '../../../../src/core/process/process-metrics.js'
import { SystemClock } from '../../../../src/core/time/system-clock.js'

const MB = 1024 * 1024

test('the heap of a process is that of all its threads', async () => {
  const metrics = new ProcessMetrics(new SystemClock())
  const before = await metrics.read()
  const code = `const kept = Array.from({ length: 4e6 }, (_, i) => i + 0.5)
    require('node:worker_threads').parentPort.postMessage(kept.length)
    setInterval(() => kept, 1e6)`
  const worker = new Worker(code, { eval: true })
  await new Promise((resolve) => worker.once('message', resolve))
  const other = new ProcessMetrics(new SystemClock())
  const { 'Status.JVM.Memory.Heap.Used': used = 0, 'Status.JVM.Memory.Heap.Max': max = 0 } = await other.read()
  assert.ok(used > (before['Status.JVM.Memory.Heap.Used'] ?? 0) + 16 * MB, 'the numbers of the thread are in it')
  assert.ok(used < max)
  await worker.terminate()
  metrics.close()
  other.close()
})

test('metrics of a process are numbers by the names of Flink', async () => {
  const metrics = new ProcessMetrics(new SystemClock())
  const values = await metrics.read()
  metrics.close()
  for (const [name, value] of Object.entries(values)) {
    assert.match(name, /^Status\.JVM\.[A-Z]/)
    assert.ok(Number.isFinite(value), name)
  }
  assert.ok((values['Status.JVM.CPU.Load'] ?? -1) >= 0 && (values['Status.JVM.CPU.Load'] ?? 2) <= 1)
})

test('whoever asks again at once gets the numbers that were read for the first', async () => {
  const metrics = new ProcessMetrics(new SystemClock())
  const [first, second] = await Promise.all([metrics.read(), metrics.read()])
  metrics.close()
  assert.equal(first, second)
})
