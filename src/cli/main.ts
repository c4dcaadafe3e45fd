import { packageVersion } from './version.js'

/**
 * Entry of the command line. What is asked for decides what is loaded: the version needs no more than this file, and
 * commander comes with the first action (`--version` within 60 ms of an empty node process).
 */
export async function main(args: readonly string[]): Promise<void> {
  const [first] = args
  if (first === '-v' || first === '--version') {
    process.stdout.write(`Version: ${packageVersion()}\n`)
    return
  }
  const { runCommandLine } = await import('./cli-frontend.js')
  process.exitCode = await runCommandLine(args)
}
