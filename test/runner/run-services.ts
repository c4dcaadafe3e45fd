/**
 * Runs the suites that need a real server (`test/services/<server>/*.suite.ts`). Each server is installed from package registries, started
 * once, and stopped with what it wrote. Arguments are parts of the suites' paths; `--rounds 50`: so many kill rounds where a
 * suite plays some; `--install`, or the variable CI: missing programs are installed by apt-get, which takes root. Fails where a suite fails or
 * skips a test, and where a server does not start; one that cannot be had, as a program is missing or a package source does not
 * answer, is told with one line.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { KILL_ROUNDS_VARIABLE } from '../services/kill-rounds.js'
import { SERVERS, type ServiceProgram, type ServiceServer } from '../services/servers.js'
import { serviceScript } from '../services/service-script.js'

const TEST_TIMEOUT_MS = 40 * 60_000
const SILENT_SOURCE =
  /Could not transfer|Unknown host|timed out|timeout|Connection (?:refused|reset)|No address|Temporary failure|unreachable|HTTP error 5\d\d|Service Unavailable|Bad Gateway|NewConnectionError/i
const suiteRoot = path.resolve(import.meta.dirname, '../services')

interface Outcome {
  readonly server: string
  readonly what: 'passed' | 'failed' | 'not there'
  readonly why: string
}

function suitesOf(server: string, words: readonly string[]): string[] {
  return readdirSync(path.join(suiteRoot, server), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.suite.js'))
    .filter((file) => words.length === 0 || words.some((word) => `${server}/${file}`.includes(word)))
    .map((file) => path.join(suiteRoot, server, file))
    .sort()
}

function isThere({ name, isThere: test = `command -v ${name}` }: ServiceProgram): boolean {
  return spawnSync('bash', ['-c', test], { stdio: 'ignore' }).status === 0
}

/** Without being asked nothing is installed on somebody's machine. */
function missingPrograms({ programs }: ServiceServer): readonly ServiceProgram[] {
  const missing = programs.filter((program) => !isThere(program))
  const isAskedFor = values.install === true || (process.env.CI ?? '') !== ''
  if (missing.length === 0 || !isAskedFor) return missing
  spawnSync('apt-get', ['update'], { stdio: 'ignore' })
  const packages = missing.map(({ inPackage }) => inPackage)
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { stdio: 'inherit' })
  return missing.filter((program) => !isThere(program))
}

function toldOf(missing: readonly ServiceProgram[]): string {
  const names = missing.map(({ name }) => name).join(', ')
  return `${names} not on the PATH (apt-get install ${missing.map(({ inPackage }) => inPackage).join(' ')}, or -- --install)`
}

function freePort(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(String(typeof address === 'object' ? address?.port : address)))
    })
  })
}

async function environmentOf({ ports }: ServiceServer, run: string): Promise<NodeJS.ProcessEnv> {
  const chosen: Record<string, string> = {}
  for (const name of ports) chosen[name] = process.env[name] ?? (await freePort())
  const rounds = values.rounds === undefined ? {} : { [KILL_ROUNDS_VARIABLE]: values.rounds }
  return { ...process.env, ...chosen, ...rounds, SVC_RUN: run }
}

/** Maven and pip say much after the reason, and colour it. */
function reasonIn(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const isError = (line: string): boolean => /error/i.test(line)
  return (lines.find((line) => SILENT_SOURCE.test(line)) ?? lines.find(isError) ?? lines.at(-1) ?? '').slice(0, 500)
}

async function outcomeOf(server: ServiceServer, files: readonly string[]): Promise<Outcome> {
  const { name } = server
  const missing = missingPrograms(server)
  if (missing.length > 0) return { server: name, what: 'not there', why: toldOf(missing) }
  const run = mkdtempSync(path.join(tmpdir(), 'flink-ts-service-'))
  const env = await environmentOf(server, run)
  const installed = await serviceScript(name, ['install'], env)
  if (installed.code !== 0) {
    rmSync(run, { recursive: true, force: true })
    const why = `it was not installed: ${reasonIn(installed.output)}`
    return { server: name, what: SILENT_SOURCE.test(installed.output) ? 'not there' : 'failed', why }
  }
  const stop = async (): Promise<void> => {
    await serviceScript(name, ['wipe'], env)
    rmSync(run, { recursive: true, force: true })
  }
  stopping.add(stop)
  try {
    const started = await serviceScript(name, ['start'], env)
    process.stdout.write(started.output)
    if (started.code !== 0) return { server: name, what: 'failed', why: 'it did not start' }
    return { server: name, ...(await runSuites(files, env, path.join(run, 'results.tap'))) }
  } finally {
    stopping.delete(stop)
    await stop()
  }
}

async function runSuites(
  files: readonly string[],
  env: NodeJS.ProcessEnv,
  results: string,
): Promise<Pick<Outcome, 'what' | 'why'>> {
  const reporters = ['spec', 'tap'].flatMap((one, index) => [
    `--test-reporter=${one}`,
    `--test-reporter-destination=${index === 0 ? 'stdout' : results}`,
  ])
  // One suite at a time: one that kills the server takes it away from the others.
  const options = ['--test', '--test-concurrency=1', `--test-timeout=${TEST_TIMEOUT_MS}`, '--enable-source-maps']
  const child = spawn(process.execPath, [...options, ...reporters, ...files], { stdio: 'inherit', env })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const end = async (): Promise<void> => {
    child.kill()
    await exited
  }
  stopping.add(end)
  const code = await exited
  stopping.delete(end)
  const counts = readFileSync(results, 'utf8')
  const countOf = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(counts)?.[1] ?? 0)
  const summary = `${countOf('pass')} of ${countOf('tests')} tests passed, ${countOf('skipped')} skipped`
  return { what: code === 0 && countOf('skipped') === 0 && countOf('pass') > 0 ? 'passed' : 'failed', why: summary }
}

const stopping = new Set<() => Promise<void>>()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([...stopping].map((stop) => stop())).then(() => process.exit(1))
  })
}

const { values, positionals: words } = parseArgs({
  options: { rounds: { type: 'string' }, install: { type: 'boolean' } },
  allowPositionals: true,
})
const outcomes: Outcome[] = []
for (const server of SERVERS) {
  const files = suitesOf(server.name, words)
  if (files.length > 0) outcomes.push(await outcomeOf(server, files))
}
for (const { server, what, why } of outcomes) process.stdout.write(`${server}: ${what}: ${why}\n`)
if (outcomes.length === 0) process.stderr.write(`No suite matches ${words.join(' ')}.\n`)
process.exitCode = outcomes.length === 0 || outcomes.some(({ what }) => what === 'failed') ? 1 : 0
