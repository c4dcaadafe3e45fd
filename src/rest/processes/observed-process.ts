import type { Readable } from 'node:stream'
import type {
  ConfigurationEntry,
  EnvironmentInfo,
  LogInfo,
  TaskManagerDetailsInfo,
  TaskManagerInfo,
  ThreadDumpInfo,
} from '../messages/process-messages.js'

/** `log` and `output` are the current ones of the process; others have a name, without a directory. */
export type WhichLog =
  { readonly kind: 'log' } | { readonly kind: 'output' } | { readonly kind: 'named'; readonly name: string }

/** What is asked about a process, whatever it does. */
export interface ObservedProcess {
  /** By Flink's names. */
  metrics(): Promise<Readonly<Record<string, number | string>>>
  threadDump(): Promise<ThreadDumpInfo>
  logs(): Promise<readonly LogInfo[]>
  /** The text of a log, as it is read; undefined where the process has none such. */
  openLog(which: WhichLog): Promise<Readable | undefined>
}

export interface JobManagerGateway extends ObservedProcess {
  /** With secrets masked. */
  configuration(): Promise<readonly ConfigurationEntry[]>
  environment(): Promise<EnvironmentInfo>
}

export interface ObservedTaskManager extends ObservedProcess {
  details(): Promise<TaskManagerDetailsInfo>
}

/** The task managers of a cluster. */
export interface TaskManagersGateway {
  list(): Promise<readonly TaskManagerInfo[]>
  find(id: string): Promise<ObservedTaskManager | undefined>
}
