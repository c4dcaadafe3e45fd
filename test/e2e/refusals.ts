/** How a command line that fails must look: which stream, which exit code, no frame of the engine. */
import assert from 'node:assert/strict'
import type { CommandResult } from './command-line.js'

const HINT = 'Use the help option (-h or --help) to get help on the command.'
const BLOCK = `\n${'-'.repeat(60)}\n The program finished with the following exception:\n\n`
const ENGINE_FRAME = /^\s+at .*(flink-ts\.js|\/src\/|\/node_modules\/|node:)/m

/** Bad arguments: the message with the hint on stdout, nothing on stderr. */
export function assertArgumentRefused(result: CommandResult, message: string): void {
  assert.deepEqual(result, { exitCode: 1, stdout: `${message}\n\n${HINT}\n`, stderr: '' })
}

/** Whatever else fails: the block on stderr that says all of `said`; returns what it says. */
export function assertFailed(result: CommandResult, ...said: readonly (string | RegExp)[]): string {
  const { exitCode, stderr } = result
  assert.equal(exitCode, 1, stderr)
  assert.ok(stderr.includes(BLOCK), `no error block in ${JSON.stringify(stderr)}`)
  for (const part of said) {
    assert.ok(
      typeof part === 'string' ? stderr.includes(part) : part.test(stderr),
      `${String(part)} is not in ${stderr}`,
    )
  }
  assert.doesNotMatch(stderr, ENGINE_FRAME, 'a frame of the engine is shown')
  assert.doesNotMatch(stderr, /INTERNAL_ERROR|ASSERTION_FAILED/)
  return stderr.slice(stderr.indexOf(BLOCK) + BLOCK.length)
}
