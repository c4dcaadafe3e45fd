/**
 * Loaded first into a process: at each SIGUSR2 it collects what is garbage, and writes what is left into the file of HEAP_PROBE, in
 * bytes. What a process has of memory says less: V8's young generation grows with what is allocated, and stays.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.env['HEAP_PROBE'] !== undefined) {
  const file = process.env['HEAP_PROBE']
  process.on('SIGUSR2', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    // What the first one leaves waits for a finalizer.
    for (let times = 0; times < 2; times += 1) collect()
    writeFileSync(`${file}.part`, String(getHeapStatistics().used_heap_size))
    renameSync(`${file}.part`, file)
  })
}
