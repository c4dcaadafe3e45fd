import type { CliContext } from '../arguments/cli-context.js'
import { showsSpinner } from '../terminal/shows-spinner.js'
import { printable } from '../terminal/printable-text.js'

/** Prints a line on stderr while work goes on. */
export type SayMeanwhile = (line: string) => void

/** How far it is, beside the spinner. */
export type TellHowFar = (howFar: string) => void

/**
 * A spinner on stderr while something takes long; nothing where stderr is no terminal, but for what the work says, and not even that with
 * --quiet.
 */
export async function withProgress<T>(
  text: string,
  context: Pick<CliContext, 'isQuiet' | 'printError'>,
  work: (say: SayMeanwhile, tell: TellHowFar) => Promise<T>,
): Promise<T> {
  if (context.isQuiet) return work(nobodyLooks, nobodyLooks)
  const say: SayMeanwhile = (line) => {
    context.printError(`${printable(line)}\n`)
  }
  if (!showsSpinner()) return work(say, nobodyLooks)
  const { default: ora } = await import('ora')
  // Whether ora would hear Ctrl-C itself depends on a stream that it never starts: the terminal is left to make a signal of it.
  const spinner = ora({ text, stream: process.stderr, discardStdin: false }).start()
  try {
    const result = await work(
      (line) => {
        spinner.clear()
        say(line)
        spinner.render()
      },
      (howFar) => {
        spinner.text = printable(`${text}: ${howFar}`)
      },
    )
    spinner.stop()
    return result
  } catch (error) {
    spinner.stop()
    throw error
  }
}

export function nobodyLooks(): void {
  // No terminal shows it.
}

/** Of a command that waits for what it told a job to do. */
export function stillWaiting(jobId: string, what: string): string {
  return `Still waiting for job ${jobId}: ${what}`
}
