import { packageVersion } from './output/version.js'

/** A job with one of these runs in another process. The same words among a program's own arguments cost it 15 ms. */
const DETACHED: ReadonlySet<string> = new Set(['-d', '--detached', '-yd', '--yarndetached'])

/**
 * Entry of the command line. What is asked for decides what is loaded: the version needs no more than this file and the
 * terminal (`--version` within 60 ms of an empty node process). Commander comes with everything else, which it reads. The
 * thread of a program that is to run here begins before all that, and starts while commander is loaded.
 */
export async function main(args: readonly string[]): Promise<void> {
  const [first] = args
  if (first === '-v' || first === '--version') {
    const { Terminal } = await import('./terminal/terminal.js')
    const terminal = new Terminal()
    terminal.print(`Version: ${packageVersion()}\n`)
    process.exitCode = terminal.exitCode(0)
    return
  }
  const runsHere = first === 'run' && !args.some((arg) => DETACHED.has(arg)) && hasWorkingDirectory()
  const programThread = runsHere ? (await import('../cluster/program-thread.js')).startProgramThread() : undefined
  const [{ runCommandLine }, { guardProcessEnd }] = await Promise.all([
    import('./cli-frontend.js'),
    import('./guard-process-end.js'),
  ])
  const workDone = guardProcessEnd()
  workDone(await runCommandLine(args, programThread))
}

/** Without one no thread can begin; the command says why. */
function hasWorkingDirectory(): boolean {
  try {
    process.cwd()
    return true
  } catch {
    return false
  }
}
