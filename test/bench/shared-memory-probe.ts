/**
 * Loaded first into a job's process: adds up the shared memory that its main thread allocates, which is where the memory of
 * the channels comes from, and prints the sum at the end.
 */
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  let bytes = 0
  globalThis.SharedArrayBuffer = new Proxy(SharedArrayBuffer, {
    construct(target, args: [number], newTarget) {
      bytes += args[0]
      return Reflect.construct(target, args, newTarget) as SharedArrayBuffer
    },
  })
  process.on('exit', () => {
    process.stderr.write(`SHARED ${String(bytes)}\n`)
  })
}
