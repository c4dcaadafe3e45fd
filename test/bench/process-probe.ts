/**
 * Loaded first into a job's process: prints at its end the most memory that it had, and the files, sockets and pipes that it
 * still has open (of Linux; elsewhere none are counted).
 */
import { readdirSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.on('exit', () => {
    const { maxRSS } = process.resourceUsage()
    process.stderr.write(`PROBE ${String(maxRSS / 1024)} ${String(openFiles())}\n`)
  })
}

function openFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}
