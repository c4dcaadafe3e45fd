/** `npm run test:services` on machines that lack something: a program is there where a fake one is on the PATH. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { REPOSITORY, userEnvironment, type CommandResult } from './command-line.js'

const RUNNER = path.join(REPOSITORY, 'dist/test/runner/run-services.js')
const TOOLS = [
  'awk',
  'basename',
  'bash',
  'cat',
  'chmod',
  'cmp',
  'date',
  'dirname',
  'env',
  'mkdir',
  'mv',
  'rm',
  'setsid',
  'sleep',
  'tail',
]
const root = mkdtempSync(path.join(tmpdir(), 'flink-ts-services-'))
const programs = path.join(root, 'programs')
const temporary = path.join(root, 'tmp')
const aptWasRun = path.join(root, 'apt-was-run')
const HAS_VENV = 'if [ "$2" = ensurepip ]; then exit 0; fi'

after(() => {
  rmSync(root, { recursive: true, force: true })
})
beforeEach(() => {
  rmSync(root, { recursive: true, force: true })
  mkdirSync(programs, { recursive: true })
  mkdirSync(temporary)
  for (const tool of TOOLS) {
    const found = spawnSync('bash', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim()
    if (path.isAbsolute(found)) symlinkSync(found, path.join(programs, tool))
  }
  program('apt-get', `echo "$@" >>${aptWasRun}; exit 1`)
  program('curl', 'exit 1')
})

function program(name: string, script: string): void {
  writeFileSync(path.join(programs, name), `#!/bin/bash\n${script}\n`)
  chmodSync(path.join(programs, name), 0o755)
}

async function run(words: readonly string[], additions: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const ownEnvironment = {
    PATH: programs,
    TMPDIR: temporary,
    SVC_HOME: path.join(root, 'home'),
    NODE_TEST_CONTEXT: undefined,
  }
  const env = userEnvironment({ ...ownEnvironment, ...additions })
  const child = spawn(process.execPath, [RUNNER, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (bytes: Buffer) => (said[name] += bytes.toString()))
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  assert.deepEqual(readdirSync(temporary), [], 'nothing is left')
  return { exitCode, ...said }
}

test('a server whose programs are missing is told with what has them, and nothing is installed unasked', async () => {
  const { exitCode, stdout } = await run(['moto', 'hdfs'])
  assert.equal(exitCode, 0)
  assert.match(stdout, /^hdfs: not there: java, mvn not on the PATH \(apt-get install openjdk-17-jre-headless maven, /m)
  assert.match(
    stdout,
    /^moto: not there: python3, venv of python3 not on the PATH \(apt-get install python3 python3-venv, /m,
  )
  assert.equal(existsSync(aptWasRun), false)
})

test('who asks for it, and CI, has them installed, and is told where that did not help', async () => {
  for (const asked of [
    { words: ['moto', '--install'], env: {} },
    { words: ['moto'], env: { CI: 'true' } },
  ]) {
    rmSync(aptWasRun, { force: true })
    const { exitCode, stdout } = await run(asked.words, asked.env)
    assert.equal(exitCode, 0)
    assert.match(stdout, /^moto: not there: python3/m)
    assert.equal(existsSync(aptWasRun), true)
  }
})

test('a package source that does not answer is no failure, and one that does not have the package is', async () => {
  program(
    'python3',
    `${HAS_VENV}; echo "NewConnectionError: Failed to establish a new connection"; echo "ERROR: none found"; exit 1`,
  )
  const silent = await run(['moto'])
  assert.equal(silent.exitCode, 0)
  assert.match(silent.stdout, /^moto: not there: it was not installed: NewConnectionError/m)
  program('python3', `${HAS_VENV}; echo "ERROR: No matching distribution found for moto" >&2; exit 1`)
  const refused = await run(['moto'])
  assert.equal(refused.exitCode, 1)
  assert.match(refused.stdout, /^moto: failed: it was not installed: ERROR: No matching distribution/m)
  program('java', 'exit 0')
  // As Maven says it, which ends with an empty line in no colour; by the short name of a plugin it would not say that nobody answers.
  program(
    'mvn',
    `case "$*" in *:maven-dependency-plugin:*) ;; *) exit 1;; esac
printf '\\033[0m[ERROR] Could not transfer artifact a:b:jar:1: Connect failed: Connection refused\\n[ERROR] [Help 1]\\n\\033[0m\\n'
exit 1`,
  )
  const quiet = await run(['hdfs'])
  assert.equal(quiet.exitCode, 0)
  assert.match(quiet.stdout, /^hdfs: not there: it was not installed: \[ERROR\] Could not transfer artifact/m)
})

test('a server that does not start is a failure, with what it said', async () => {
  // `python3 -m venv DIRECTORY`
  program(
    'python3',
    `${HAS_VENV}
mkdir -p "$3/bin"
printf '#!/bin/bash\\necho the port is taken >&2\\nexit 1\\n' >"$3/bin/moto_server"
printf '#!/bin/bash\\n' >"$3/bin/pip"
chmod +x "$3/bin/moto_server" "$3/bin/pip"`,
  )
  const { exitCode, stdout } = await run(['moto'])
  assert.equal(exitCode, 1)
  assert.match(stdout, /moto did not get ready:\nthe port is taken/)
  assert.match(stdout, /^moto: failed: it did not start$/m)
})

test('words that no suite has are a failure', async () => {
  const { exitCode, stderr } = await run(['nosuch'])
  assert.equal(exitCode, 1)
  assert.match(stderr, /No suite matches nosuch/)
})
