import { createConnection } from 'node:net'
import type { JobDirectoryEntry } from './job-directory-entry.js'
import { startOfProcess } from '../core/process/process-start.js'

/** A socket of this machine answers at once, unless its queue of connections is full. */
const CONNECT_TIMEOUT_MS = 1000

/**
 * `accepted`: the system took the connection for a process that listens, be that stopped or busy. `refused`: nobody has
 * listened there since its process ended. `gone`: there is no such socket. `unclear`: somebody may listen, who cannot be asked.
 */
export type SocketState = 'accepted' | 'refused' | 'gone' | 'unclear'

/** How the world is asked about a job's process. */
export interface JobProcessProbe {
  connect(socketPath: string): Promise<SocketState>
  /** See startOfProcess. */
  startOf(pid: number): Promise<string | undefined>
}

export const SYSTEM_PROBE: JobProcessProbe = { connect: stateOfSocket, startOf: startOfProcess }

/**
 * True while the process of a job lives, also when it does not answer. Its socket says it; only where that is gone (somebody
 * cleaned up) the process itself is looked for, by its id and its start. What cannot be asked counts as living: two
 * jobs that write one state are worse than one that is refused.
 */
export async function isJobProcessAlive(
  entry: Pick<JobDirectoryEntry, 'pid' | 'processStart' | 'socket'>,
  probe: JobProcessProbe,
): Promise<boolean> {
  const socket = await probe.connect(entry.socket)
  if (socket !== 'gone') return socket !== 'refused'
  return entry.processStart !== undefined && entry.processStart === (await probe.startOf(entry.pid))
}

function stateOfSocket(socketPath: string): Promise<SocketState> {
  return new Promise((resolve) => {
    const socket = createConnection({ path: socketPath })
    const end = (state: SocketState): void => {
      socket.destroy()
      resolve(state)
    }
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => {
      end('unclear')
    })
    socket.once('connect', () => {
      end('accepted')
    })
    socket.on('error', (error) => {
      end(stateOfError(error))
    })
  })
}

function stateOfError(error: Error): SocketState {
  switch ('code' in error ? error.code : undefined) {
    case 'ECONNREFUSED':
      return 'refused'
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENOTSOCK':
      return 'gone'
    default:
      return 'unclear'
  }
}
