import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { describe, it } from 'node:test'
import { userEnvironment } from './command-line.js'
import { until } from './numbers-job.js'

/** A test file of its own, which never ends, with an attached and a detached job; it prints their process ids. */
const TEST = `
import { readdirSync, readFileSync } from 'node:fs'
import { NumbersWorkspace } from '${new URL('./numbers-job.js', import.meta.url).href}'
const workspace = new NumbersWorkspace()
const { job } = await workspace.running()
await workspace.run('run', '-d', workspace.job)
const run = workspace.path + '/run/'
const entries = readdirSync(run).filter((name) => name.endsWith('.json'))
const pids = entries.map((name) => JSON.parse(readFileSync(run + name, 'utf8')).pid)
console.log(JSON.stringify({ path: workspace.path, pids }))
setInterval(() => undefined, 1000)
`

function isAlive(pid: number): boolean {
  try {
    // One that nobody has waited for is dead all the same.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('the jobs of a test', { skip: process.platform !== 'linux' }, () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
    it(`end with a test that ${signal} ends, detached ones too`, async () => {
      const test = spawn(process.execPath, ['--input-type=module', '-e', TEST], {
        env: userEnvironment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let printed = ''
      test.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
      await until('both jobs run', () => printed.includes('\n'))
      const { path, pids } = JSON.parse(printed) as { path: string; pids: readonly number[] }
      assert.equal(pids.length, 2)
      assert.deepEqual(pids.map(isAlive), [true, true])
      test.kill(signal)
      await until('its jobs have ended', () => !pids.some(isAlive))
      rmSync(path, { recursive: true, force: true })
    })
  }
})
