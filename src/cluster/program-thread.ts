import { Worker } from 'node:worker_threads'

const ENTRY = new URL('./program-worker-entry.js', import.meta.url)

/**
 * Starts the thread for a program before anything is known of it, even whether there will be one: Node takes 30 ms to boot a
 * thread. This file imports nothing, so that it can be the first that `run` does. Until a ProgramWorker takes the thread, it
 * does not keep its process alive.
 */
export function startProgramThread(): Worker {
  const thread = new Worker(ENTRY, { name: 'flink-ts program', stdout: true, stderr: true })
  thread.unref()
  return thread
}
