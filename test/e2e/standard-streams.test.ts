/** Standard output, error and input of a job: closed, full, in order, and whose lines they are. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY, userEnvironment, Workspace, type CommandResult } from './command-line.js'

const LOGS = `
import { appendFileSync } from 'node:fs'
export default function (env, params) {
  env.addSource(async (ctx) => { for (let i = 0; ctx.isRunning(); i++) { ctx.collect(i); await new Promise((r) => setTimeout(r, 1)) } })
    .map((x) => { console.log('line ' + x); if (x === 0) appendFileSync('attempts', 'x'); return x }).filter(() => false).print()
}`
const MAIN = `
console.log('module')
import { StreamExecutionEnvironment } from 'flink-ts'
const ticker = setInterval(() => console.log('ticker of main'), 3_000_000)
setTimeout(() => console.log('timer of main'), 1)
const env = StreamExecutionEnvironment.getExecutionEnvironment()
console.log('main')
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
env.addSource(async (ctx) => { await wait(50); for (const x of [1, 2, 3, 4]) ctx.collect(x) })
  .rebalance().map((x) => { console.log('function ' + x); return x }).setParallelism(4).filter(() => false).print()
await env.execute()
clearInterval(ticker)
process.stdout.write('last word\\n')`
const INPUT = `
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
export default function (env, params) {
  if (params.has('sync')) readFileSync(0, 'utf8')
  if (params.has('main')) process.stdin.on('data', () => undefined)
  env.addSource(async (ctx) => { for await (const line of createInterface({ input: process.stdin })) ctx.collect('<' + line + '>') }).print()
}`
const HAS_FULL_DEVICE = existsSync('/dev/full')

describe('the standard streams of a job', () => {
  let workspace: Workspace
  before(() => {
    workspace = new Workspace({
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': '1',
      'restart-strategy.fixed-delay.delay': '10 ms',
    })
    workspace.file('logs.mjs', LOGS)
    workspace.file('main.mjs', MAIN)
    workspace.file('input.mjs', INPUT)
  })
  after(() => {
    workspace.remove()
  })

  /** `$F` is flink-ts. */
  function shell(script: string): Promise<CommandResult> {
    const binary = `${process.execPath} ${path.join(REPOSITORY, 'bin/flink-ts.js')}`
    const env = userEnvironment({ FLINK_CONF_DIR: path.join(workspace.path, 'conf'), F: binary })
    const child = spawn('bash', ['-c', script], {
      cwd: workspace.path,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    return new Promise((resolve) => {
      child.on('close', (exitCode) => {
        resolve({ exitCode, stdout, stderr })
      })
    })
  }

  function entriesLeft(): string[] {
    return readdirSync(path.join(workspace.path, 'run')).filter((name) => /\.(json|sock)$/.test(name))
  }

  it('a function that logs into a pipe without a reader fails its job, with a word', async () => {
    const { stdout, stderr } = await shell('{ $F run logs.mjs; echo "exit $?" >&2; } | head -2')
    assert.match(stdout, /^Job has been submitted.*\nline 0\n$/)
    assert.match(stderr, /\[STDOUT_CLOSED\]: Standard output was closed by the reader/)
    assert.match(stderr, /exit 1\n$/)
    assert.doesNotMatch(stderr, /node:|Unhandled/)
    assert.deepEqual(entriesLeft(), [])
  })

  it('one that logs onto a full disk restarts by the strategy', { skip: !HAS_FULL_DEVICE }, async () => {
    const { stdout, stderr } = await shell(
      'rm -f attempts; $F run logs.mjs > /dev/full; echo "exit $? $(cat attempts)"',
    )
    assert.equal(stdout, 'exit 1 xx\n')
    assert.match(stderr, /WARNING: Attempt 1 of job .* It restarts in 10 ms as attempt 2, by fixed-delay/)
    assert.match(stderr, /Caused by: FlinkError \[STANDARD_STREAM_FAILED\]: Standard output cannot be written: ENOSPC/)
    assert.doesNotMatch(stderr, /node:|Unhandled/)
    assert.deepEqual(entriesLeft(), [])
  })

  it('a command whose reader has gone ends as if it had not', async () => {
    const { stdout, stderr } = await shell('{ sleep 0.1; $F list; echo "exit $?" >&2; } | true')
    assert.deepEqual([stdout, stderr], ['', 'exit 0\n'])
  })

  it('a command that cannot print says so', { skip: !HAS_FULL_DEVICE }, async () => {
    const { stdout, stderr } = await shell('$F list > /dev/full; echo "exit $?"; $F list -x 2> /dev/full')
    assert.match(stdout, /^exit 1\n/)
    assert.match(stderr, /^Standard output cannot be written: ENOSPC.*\n$/)
  })

  it("main's lines appear once, and every line of a function", async () => {
    const { stdout } = await workspace.run('run', 'main.mjs')
    const lines = stdout.split('\n').filter((line) => /module|main|function|word/.test(line))
    const functions = ['function 1', 'function 2', 'function 3', 'function 4']
    assert.deepEqual(lines.sort(), [...functions, 'last word', 'main', 'module', 'timer of main'])
  })

  it('a source reads standard input; main and a detached job are refused', async () => {
    const read = await shell("{ echo a; sleep 0.3; printf 'b\\nc'; } | $F run input.mjs")
    assert.match(read.stdout, /<a>\n<b>\n<c>\n/)
    const refused = await shell('echo a | $F run input.mjs --main')
    assert.match(refused.stderr, /\[STANDARD_INPUT_REFUSED\]: Standard input cannot be read here: main runs again/)
    const synchronous = await shell('echo 10 | $F run input.mjs --sync')
    assert.match(synchronous.stderr, /\[STANDARD_INPUT_REFUSED\]: Standard input cannot be read here: main runs again/)
    await shell('echo a | $F run -d input.mjs')
    await shell('for i in $(seq 300); do grep -q REFUSED run/log/*.out && break; sleep 0.1; done')
    const log = await shell('cat run/log/*.out')
    assert.match(log.stdout, /\[STANDARD_INPUT_REFUSED\].*the job runs detached/)
  })
})
