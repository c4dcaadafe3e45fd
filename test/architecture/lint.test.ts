/** Violations of the rules that the linter keeps for src, planted to see that it finds them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { repositoryRoot } from './repository.js'

/** Without the rules that ask for types: they would read the whole project for one line. */
const eslint = new ESLint({
  cwd: repositoryRoot,
  overrideConfigFile: join(repositoryRoot, '.config', 'eslint.config.js'),
  overrideConfig: [{ ...tseslint.configs.disableTypeChecked, languageOptions: { parserOptions: { project: false } } }],
})

/** Which of these lines break a rule of syntax, in the file of that name. */
async function linesFoundIn(filePath: string, lines: readonly string[]): Promise<number[]> {
  const [result] = await eslint.lintText(`${lines.join('\n')}\n`, { filePath: join(repositoryRoot, filePath) })
  assert.ok(result !== undefined)
  const found = result.messages.filter(({ ruleId }) => ruleId === null || ruleId === 'no-restricted-syntax')
  return found.map(({ line }) => line)
}

const PLANTED_ERRORS = [
  "export const kept = new Error('the job finished')",
  "export const passed = (end: (error: Error) => void): void => end(new TypeError('no such slot'))",
  "export const called = Error('without new')",
  "export const joined = new AggregateError([], 'several')",
  "export const none = new FlinkError('JOB_CANCELED', { jobId: '1' })",
  'export const empty = Object.setPrototypeOf(new Error(), null)',
]

for (const file of ['rest/planted.ts', 'core/fs/planted.ts', 'cli/planted.ts', 'core/types/planted-generator.ts']) {
  test(`an error beside the table is found in src/${file}, thrown or not`, async () => {
    assert.deepEqual(await linesFoundIn(`src/${file}`, PLANTED_ERRORS), [1, 2, 3, 4])
  })
}

test('a text of what was thrown that is made by hand is found', async () => {
  const byHand = 'export const text = (e: unknown): string => (e instanceof Error ? e.message : String(e))'
  const name = "export const kind = (e: unknown): string => (e instanceof Error ? e.name : 'none')"
  assert.deepEqual(await linesFoundIn('src/storage/planted.ts', [byHand, name]), [1])
})

test('what was thrown may become the error that it was', async () => {
  assert.deepEqual(await linesFoundIn('src/core/errors/thrown-value.ts', PLANTED_ERRORS), [])
  assert.deepEqual(await linesFoundIn('src/core/errors/error-codec.ts', PLANTED_ERRORS), [])
})

test('ambient time, randomness and settings, and generated code, are found outside of their places', async () => {
  const ambient = ['Date.now()', 'new Date()', 'Math.random()', "process.env['A']", "new Function('return 1')"]
  const lines = ambient.map((code, index) => `export const planted${String(index)} = ${code}`)
  assert.deepEqual(await linesFoundIn('src/storage/planted.ts', lines), [1, 2, 3, 4, 5])
  assert.deepEqual(await linesFoundIn('src/core/time/planted.ts', lines), [5])
  assert.deepEqual(await linesFoundIn('src/graph/planted-generator.ts', lines), [1, 2, 3, 4])
})
