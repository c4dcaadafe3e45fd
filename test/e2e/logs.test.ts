/** `flink-ts logs`: what a job printed and logged, while it runs and after its end. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** Waits in the middle for a file. */
const JOB = `
import { existsSync } from 'node:fs'
import { RichSourceFunction } from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor (gate) { super(); this.gate = gate }
  async * run () {
    for (let number = 1; number <= 6; number += 1) {
      while (number === 4 && !existsSync(this.gate)) await new Promise((resolve) => setTimeout(resolve, 5))
      yield 'number ' + number
    }
  }
}

export default function (env, params) {
  console.log('name\\tof \\u001b[1mwhat')
  console.log('turned \\u202earound')
  env.addSource(new Numbers(params.get('gate'))).print()
}
`

interface Line {
  readonly source: string
  readonly file: string
  readonly line: string
}

describe('flink-ts logs', () => {
  const workspace = new Workspace({ 'env.log.level': 'INFO' })
  const job = workspace.file('job.mjs', JOB)
  const gate = path.join(workspace.path, 'gate')
  let jobId = ''

  after(() => {
    workspace.remove()
  })

  it('follows what a detached job prints and logs until it has ended, wherever its log directory is', async () => {
    const directory = path.join(workspace.path, 'elsewhere')
    const run = await workspace.run('run', '-d', '-p', '1', `-Denv.log.dir=${directory}`, job, '--gate', gate)
    ;[, jobId = ''] = /JobID ([0-9a-f]{32})/.exec(run.stdout) ?? []
    const logs = workspace.start('logs', '-f', jobId)
    await logs.until(/^number 3$/m)
    await logs.until(/is RUNNING/)
    writeFileSync(gate, '')
    const { exitCode, stdout, stderr } = await logs.ended
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, new RegExp(`^==> ${directory}/flink-ts-${jobId}\\.out <==$`, 'm'))
    const numbers = stdout.split('\n').filter((line) => line.startsWith('number'))
    assert.deepEqual(
      numbers,
      [1, 2, 3, 4, 5, 6].map((number) => `number ${String(number)}`),
    )
    assert.match(stdout, /^name\tof \\u001b\[1mwhat$/m, 'a tab is text, other control characters have no power')
    assert.match(stdout, /"msg":"job .* is FINISHED"/)
    assert.match(stdout, /^Job Runtime: \d+ ms$/m)
    assert.equal(stderr, `Job ${jobId} has ended: FINISHED\n`)
  })

  it('shows them after the end, the last lines alone where these are asked for, and each as JSON', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('logs', '--json', '-n', '3', jobId)
    assert.deepEqual([exitCode, stderr], [0, ''])
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
    const all = await workspace.run('logs', '--json', jobId)
    assert.match(all.stdout, /"line":"turned \\u202earound"/, 'what a terminal obeys is escaped in JSON as well')
    const printed = lines.filter(({ source }) => source === 'output').map(({ line }) => line)
    assert.deepEqual([printed.length, printed[1]?.startsWith('Job Runtime: ')], [3, true])
    const [first] = lines.filter(({ source }) => source === 'log')
    assert.ok(existsSync(first?.file ?? ''), stdout)
    assert.match(first?.line ?? '', /^\{"level":"INFO"/)
  })

  it('says what is not there of a job that is attached to its terminal', async () => {
    const run = await workspace.run('run', '-p', '1', '-Denv.log.level=OFF', job, '--gate', gate)
    const [, attached = ''] = /JobID ([0-9a-f]{32})/.exec(run.stdout) ?? []
    const { exitCode, stdout, stderr } = await workspace.run('logs', attached)
    assert.deepEqual([exitCode, stdout], [0, ''])
    assert.match(
      stderr,
      /^There is no output file of job \w+ in .*: what a job that is not detached prints went to its/,
    )
    assert.match(stderr, /^There is no log of it at \S+\.log: nothing was logged that env\.log\.level lets through\.$/m)
    assert.equal((await workspace.run('logs', '--quiet', attached)).stderr, '')
  })

  it('says of a job that nobody knows that it is not there, and what is wrong with its arguments', async () => {
    const unknown = await workspace.run('logs', '0'.repeat(32))
    assert.equal(unknown.exitCode, 1)
    assert.match(unknown.stdout + unknown.stderr, /0{32}/)
    for (const [args, told] of [
      [[], /Missing JobID\. Specify a Job ID to see its logs\./],
      [['-n', 'few', jobId], /The number of lines "few" is no whole number/],
      [[jobId, jobId], /one job too many/],
    ] as const) {
      const { exitCode, stdout } = await workspace.run('logs', ...args)
      assert.equal(exitCode, 1)
      assert.match(stdout, told)
    }
  })
})
