/**
 * Runs the compiled tests with node's own test runner. Arguments are parts of paths under test/ (`unit/core e2e`);
 * without any, all tests run. `--rounds 20` before them plays twenty times as much of what is random. Node 20 knows no globs, so the list is made here; an empty list is a failure.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { ROUNDS_VARIABLE } from './rounds.js'

const TEST_TIMEOUT_MS = 180_000
/** More than the two cores of a build machine: tests wait for processes, checkpoints and clocks about half of their time. */
const FILES_AT_ONCE = 3
const testRoot = join(import.meta.dirname, '..')

function testFiles(filters: readonly string[]): string[] {
  return readdirSync(testRoot, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const path = relative(testRoot, file).split(sep).join('/')
      return filters.length === 0 || filters.some((filter) => path.includes(filter.replace(/\.ts$/, '.js')))
    })
    .sort()
}

function runNodeTest(files: readonly string[]): void {
  const options = [
    '--test',
    `--test-concurrency=${FILES_AT_ONCE}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    '--test-reporter=spec',
    '--enable-source-maps',
  ]
  const env = { ...process.env, ...(values.rounds === undefined ? {} : { [ROUNDS_VARIABLE]: values.rounds }) }
  const child = spawn(process.execPath, [...options, ...files], { stdio: 'inherit', env })
  child.on('exit', (code, signal) => {
    if (signal !== null) process.stderr.write(`The test run was ended by ${signal}.\n`)
    process.exitCode = code ?? 1
  })
}

const { values, positionals: filters } = parseArgs({ options: { rounds: { type: 'string' } }, allowPositionals: true })
const files = testFiles(filters)
if (files.length === 0) {
  process.stderr.write(`No test matches ${filters.length === 0 ? 'under test/' : filters.join(' ')}.\n`)
  process.exitCode = 1
} else {
  runNodeTest(files)
}
