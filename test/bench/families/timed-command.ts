import { spawn } from 'node:child_process'
import { RunningCommand } from '../../e2e/command-line.js'
import { nowMs } from '../jobs/progress.js'

export interface TimedCommand {
  readonly startedMs: number
  readonly wholeMs: number
  readonly stdout: string
  readonly stderr: string
}

/** From the start of a process to its end; it has to succeed. */
export async function timeCommand(start: () => RunningCommand): Promise<TimedCommand> {
  const startedMs = nowMs()
  const { exitCode, stdout, stderr } = await start().ended
  if (exitCode !== 0) throw new Error(`a command ended with ${String(exitCode)}\n${stderr}`)
  return { startedMs, wholeMs: nowMs() - startedMs, stdout, stderr }
}

/** What no command can be faster than. */
export function nodeAlone(): RunningCommand {
  return new RunningCommand(spawn(process.execPath, ['-e', '0'], { stdio: ['ignore', 'pipe', 'pipe'] }))
}
