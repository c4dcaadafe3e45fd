/**
 * Ends the processes that are left of a test's workspaces, job processes that outlive their command included, however the
 * test's own process ends: a shell waits for the end of the pipe that it holds, then looks for the mark in their environment.
 * Where there is no /proc it finds nothing.
 */
import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

const VARIABLE = 'FLINK_TS_TEST_WORKSPACE'
/** Prefix of the names of workspaces. */
export const WORKSPACE_PREFIX = 'flink-ts-e2e-'
// An empty or shortened mark would match the environment of strangers: only whole ones count.
const SCRIPT = `
marks=$(grep -E '^${VARIABLE}=/.*/${WORKSPACE_PREFIX}[A-Za-z0-9]{6}$')
[ -n "$marks" ] || exit 0
for environ in $(grep -lsaF -e "$marks" /proc/[0-9]*/environ); do
  pid=\${environ#/proc/}
  kill -9 "\${pid%/environ}"
done
`

let marks: Socket | undefined

/** The mark that the processes of a workspace have to carry. */
export function watchOrphans(workspace: string): Readonly<Record<string, string>> {
  if (process.platform !== 'win32') {
    marks ??= startWatch()
    marks.write(`${VARIABLE}=${workspace}\n`)
  }
  return { [VARIABLE]: workspace }
}

function startWatch(): Socket {
  // In a group of its own: the interrupt of a terminal must not end it before its time.
  const watch = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  watch.unref()
  const pipe = watch.stdin as Socket
  pipe.unref()
  return pipe
}
