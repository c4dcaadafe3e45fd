import { readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { errnoOf } from '../fs/errno.js'
import { startOfProcess } from './process-start.js'

/** Whose something on a disk is, written down by the process itself; only what the system tells is there. */
export interface ProcessOwner {
  readonly host: string
  readonly pid: number
  /** See startOfProcess. */
  readonly start?: string
  /** In which space of process ids the id is meant: containers have their own. */
  readonly pidSpace?: string
}

/** What is asked about another process. */
export interface ProcessProbe {
  startOf(pid: number): Promise<string | undefined>
  /** `free`: no process has this id. `hidden`: one has it of which this process may know no more. */
  stateOf(pid: number): 'free' | 'seen' | 'hidden'
}

export const SYSTEM_PROCESS_PROBE: ProcessProbe = { startOf: startOfProcess, stateOf }

export async function thisProcess(): Promise<ProcessOwner> {
  const [start, pidSpace] = await Promise.all([startOfProcess('self'), readPidSpace()])
  return {
    host: hostname(),
    pid: process.pid,
    ...(start !== undefined && { start }),
    ...(pidSpace !== undefined && { pidSpace }),
  }
}

/**
 * True only where it is certain that the process has ended. Of another machine, and of another container while this machine
 * has not been started anew, nothing can be said.
 */
export async function hasEnded(
  owner: ProcessOwner,
  asker: ProcessOwner,
  probe: ProcessProbe = SYSTEM_PROCESS_PROBE,
): Promise<boolean> {
  if (owner.host !== asker.host) return false
  if (isOfEarlierBoot(owner, asker)) return true
  if (owner.pidSpace !== asker.pidSpace) return false
  const state = probe.stateOf(owner.pid)
  if (state === 'free') return true
  if (owner.start === undefined) return false
  const start = await probe.startOf(owner.pid)
  if (start !== undefined) return start !== owner.start
  // On Linux one that can be seen and has no start has ended, and only waits for its parent.
  return state === 'seen' && bootOf(owner.start) !== undefined
}

/** What anybody may have written is checked before it is believed; undefined: it is no owner. */
export function processOwnerOf(value: unknown): ProcessOwner | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { host, pid, start, pidSpace } = value as Partial<Record<keyof ProcessOwner, unknown>>
  const isText = (field: unknown): field is string | undefined => field === undefined || typeof field === 'string'
  if (typeof host !== 'string' || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (!isText(start) || !isText(pidSpace)) return undefined
  return { host, pid, ...(start !== undefined && { start }), ...(pidSpace !== undefined && { pidSpace }) }
}

/** On Linux the start says which boot it counts from. */
function isOfEarlierBoot(owner: ProcessOwner, asker: ProcessOwner): boolean {
  const [boot, ofAsker] = [bootOf(owner.start), bootOf(asker.start)]
  return boot !== undefined && ofAsker !== undefined && boot !== ofAsker
}

function bootOf(start: string | undefined): string | undefined {
  return start === undefined ? undefined : /^([0-9a-f-]{36}):\d+$/.exec(start)?.[1]
}

function stateOf(pid: number): 'free' | 'seen' | 'hidden' {
  try {
    process.kill(pid, 0)
    return 'seen'
  } catch (error) {
    return errnoOf(error) === 'ESRCH' ? 'free' : 'hidden'
  }
}

async function readPidSpace(): Promise<string | undefined> {
  try {
    return await readlink('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}
