/** What every failure of a command has to show its user, whatever went wrong. */
import assert from 'node:assert/strict'
import type { CommandResult } from './command-line.js'

const RULE = '-'.repeat(60)
const HEADING = `\n${RULE}\n The program finished with the following exception:\n\n`
const HINT = '\n\nUse the help option (-h or --help) to get help on the command.\n'
/** Frames of the engine and of Node, as they stand in a stack with and without source maps. */
const ENGINE_FRAME =
  /^\s*at .*(?:\/(?:dist\/)?src\/(?:api|cli|client|cluster|core|graph|runtime|storage)\/|\/bin\/|node:)/m

/** The error block on standard error, exit code 1 (or the one named), each of the words, no frame of the engine. */
export function assertFailed(result: CommandResult, words: readonly (string | RegExp)[], exitCode = 1): void {
  const { stdout, stderr } = result
  const all = `--- stdout\n${stdout}\n--- stderr\n${stderr}`
  assert.equal(result.exitCode, exitCode, all)
  assert.ok(stderr.startsWith(HEADING), all)
  assertWords(stderr, words)
  assert.doesNotMatch(all, ENGINE_FRAME)
  assert.doesNotMatch(stdout, /Program execution finished|Error/)
}

/** A bad argument: the message and the hint on standard output, nothing on standard error. */
export function assertBadArgument(result: CommandResult, words: readonly (string | RegExp)[]): void {
  const { exitCode, stdout, stderr } = result
  assert.deepEqual({ exitCode, stderr }, { exitCode: 1, stderr: '' }, stdout)
  assert.ok(stdout.endsWith(HINT), stdout)
  assertWords(stdout, words)
  assert.doesNotMatch(stdout, ENGINE_FRAME)
}

/** All words stand in the text, in this order. */
function assertWords(text: string, words: readonly (string | RegExp)[]): void {
  let rest = text
  for (const word of words) {
    const at = typeof word === 'string' ? rest.indexOf(word) : rest.search(word)
    assert.notEqual(at, -1, `'${String(word)}' does not stand in the right place of\n${text}`)
    rest = rest.slice(at)
  }
}
