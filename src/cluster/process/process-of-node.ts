import type { Readable } from 'node:stream'
import { ProcessMetrics } from '../../core/process/process-metrics.js'
import { threadDump } from '../../core/process/thread-dump.js'
import type { Clock } from '../../core/time/clock.js'
import type { EnvironmentInfo, LogInfo, ThreadDumpInfo } from '../../rest/messages/process-messages.js'
import type { ObservedProcess, WhichLog } from '../../rest/processes/observed-process.js'
import { environmentInfo } from '../environment-info.js'
import type { ProcessLogs } from './process-logs.js'

/** This process, as Node and its log directory show it. Begins to count when it is asked for the first time. */
export class ProcessOfNode implements ObservedProcess {
  readonly #clock: Clock
  readonly #logs: ProcessLogs
  #metrics: ProcessMetrics | undefined
  #dump: Promise<ThreadDumpInfo> | undefined

  constructor(clock: Clock, logs: ProcessLogs) {
    this.#clock = clock
    this.#logs = logs
  }

  metrics(): Promise<Record<string, number>> {
    this.#metrics ??= new ProcessMetrics(this.#clock)
    return this.#metrics.read()
  }

  /** Whoever asks while one is made gets the same. */
  threadDump(): Promise<ThreadDumpInfo> {
    this.#dump ??= this.#makeDump().finally(() => {
      this.#dump = undefined
    })
    return this.#dump
  }

  logs(): Promise<LogInfo[]> {
    return this.#logs.list()
  }

  openLog(which: WhichLog): Promise<Readable | undefined> {
    return this.#logs.open(which)
  }

  environment(): EnvironmentInfo {
    return environmentInfo()
  }

  close(): void {
    this.#metrics?.close()
  }

  async #makeDump(): Promise<ThreadDumpInfo> {
    const stacks = await threadDump(this.#clock)
    return { threadInfos: stacks.map(({ name, text }) => ({ threadName: name, stringifiedThreadInfo: text })) }
  }
}
