// A process of its own: threads with code that is just being compiled, and a heap that is about to be marked, are ended or
// end themselves. Prints how many have ended; afterwards its own heap grows, so that V8 marks it.
import { Worker } from 'node:worker_threads'
import { threadWillEnd, watchEndOfThread } from '../../../../src/core/process/ending-threads.js'

const PAIRS = 12
const MODULE = new URL('../../../../src/core/process/ending-threads.js', import.meta.url).href

/** Each function is compiled for the constants that it reads, which are put into the old space. */
const BUSY = `
const { workerData: { module, busyMs } } = require('node:worker_threads')
import(module).then(({ prepareOwnEnd }) => {
  prepareOwnEnd()
  const kept = []
  const endMs = performance.now() + busyMs
  for (let index = 0; performance.now() < endMs; index += 1) {
    const constants = { number: index + 0.25, inner: { number: index + 0.5 }, list: [1.5, 2.5] }
    const sum = new Function('constants', \`const it = constants; const inner = it.inner; return (n) => {
      let sum = \${index}
      for (let step = 0; step < n; step += 1) sum += it.number * 1.5 + inner.number + it.list[step & 1]
      return sum
    }\`)(constants)
    for (let call = 0; call < 20; call += 1) sum(2000)
    for (let some = 0; some < 200; some += 1) kept.push({ some: some + 0.5, index, list: [some, 0.25, 1, 2] })
  }
  process.exit()
})`

async function endOfOne(endsItself: boolean): Promise<void> {
  const afterMs = 20 + Math.random() * 100
  const thread = new Worker(BUSY, { eval: true, workerData: { module: MODULE, busyMs: endsItself ? afterMs : 1e6 } })
  watchEndOfThread(thread)
  const gone = new Promise((resolve) => thread.once('exit', resolve))
  if (!endsItself) {
    await new Promise((resolve) => setTimeout(resolve, 50 + afterMs))
    threadWillEnd(thread)
    await thread.terminate()
  }
  await gone
}

const endThemselves = process.argv[2] === 'end-themselves'
for (let pair = 0; pair < PAIRS; pair += 1) await Promise.all([endOfOne(endThemselves), endOfOne(endThemselves)])
process.stdout.write(`${String(2 * PAIRS)} ended\n`)

const kept: object[] = []
for (let turn = 0; turn < 100; turn += 1) {
  for (let some = 0; some < 10_000; some += 1) kept.push({ turn, some, list: [turn, some] })
  await new Promise((resolve) => setImmediate(resolve))
}
