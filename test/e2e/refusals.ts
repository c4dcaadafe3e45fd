/** How a command line that fails must look, whatever went wrong: which stream, which exit code, no frame of the engine. */
import assert from 'node:assert/strict'
import type { CommandResult } from './command-line.js'

const HINT = '\n\nUse the help option (-h or --help) to get help on the command.\n'
const BLOCK = `\n${'-'.repeat(60)}\n The program finished with the following exception:\n\n`
/** What may stand before the block. */
const WARNINGS = /^(?:WARNING: .*\n)*$/
/** Frames of the engine and of Node, as they stand in a stack with and without source maps. */
const ENGINE_FRAME =
  /^\s*at .*(?:\/(?:dist\/)?src\/(?:api|cli|client|cluster|core|graph|runtime|storage)\/|\/bin\/|\/node_modules\/|node:)/m

type Words = readonly (string | RegExp)[]

/** A bad argument: the message, whole or by its words, with the hint on standard output, nothing on standard error. */
export function assertArgumentRefused(result: CommandResult, message: string | Words): void {
  const { exitCode, stdout, stderr } = result
  assert.deepEqual({ exitCode, stderr }, { exitCode: 1, stderr: '' }, stdout)
  assert.ok(stdout.endsWith(HINT), stdout)
  if (typeof message === 'string') assert.equal(stdout, message + HINT)
  else assertWords(stdout, message)
  assert.doesNotMatch(stdout, ENGINE_FRAME)
}

/** Whatever else fails: the block on standard error, in which the words stand in this order; returns what it says. */
export function assertFailed(result: CommandResult, words: Words, exitCode = 1): string {
  const { stdout, stderr } = result
  const all = `--- stdout\n${stdout}\n--- stderr\n${stderr}`
  assert.equal(result.exitCode, exitCode, all)
  const start = stderr.indexOf(BLOCK)
  assert.notEqual(start, -1, all)
  assert.match(stderr.slice(0, start), WARNINGS, all)
  assertWords(stderr, words)
  assert.doesNotMatch(all, ENGINE_FRAME, 'a frame of the engine is shown')
  assert.doesNotMatch(stderr, /INTERNAL_ERROR|ASSERTION_FAILED/)
  assert.doesNotMatch(stdout, /Program execution finished|Error/)
  return stderr.slice(start + BLOCK.length)
}

/** All words stand in the text, in this order. */
function assertWords(text: string, words: Words): void {
  let rest = text
  for (const word of words) {
    const at = typeof word === 'string' ? rest.indexOf(word) : rest.search(word)
    assert.notEqual(at, -1, `'${String(word)}' does not stand in the right place of\n${text}`)
    rest = rest.slice(at)
  }
}
