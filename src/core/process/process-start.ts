import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'

const BOOT_ID = '/proc/sys/kernel/random/boot_id'
/** Position of the start time among the fields that follow the name, which may itself hold spaces and brackets. */
const START_FIELD = 19
const DEAD_STATES = new Set(['Z', 'X'])

/**
 * When a living process began, as a text that no other process of its id ever has: a number alone is given to another one
 * sooner or later, and in a container every job is number 1. Undefined when there is none, when it has ended and only waits
 * for its parent (a zombie), and where the system does not tell.
 */
export async function startOfProcess(pid: number | 'self'): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined
  return process.platform === 'linux' ? startInProc(pid) : startByPs(pid === 'self' ? process.pid : pid)
}

/** Clock ticks since the boot, and which boot. */
async function startInProc(pid: number | 'self'): Promise<string | undefined> {
  try {
    const [stat, bootId] = await Promise.all([readFile(`/proc/${String(pid)}/stat`, 'utf8'), readFile(BOOT_ID, 'utf8')])
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state = 'X'] = fields
    const ticks = fields[START_FIELD]
    return DEAD_STATES.has(state) || ticks === undefined ? undefined : `${bootId.trim()}:${ticks}`
  } catch {
    return undefined
  }
}

function startByPs(pid: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // The same text whatever the language and time zone of who asks.
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
    execFile('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env }, (error, stdout) => {
      resolve(error === null ? startOfPsLine(stdout) : undefined)
    })
  })
}

/** `Ss   Sat Nov 28 10:00:00 2026` */
function startOfPsLine(line: string): string | undefined {
  const [state = 'Z', ...start] = line.trim().split(/\s+/)
  return DEAD_STATES.has(state.charAt(0)) || start.length === 0 ? undefined : start.join(' ')
}
