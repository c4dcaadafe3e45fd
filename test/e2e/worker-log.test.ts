/** What the engine has to say in a worker thread reaches the log file of the job. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { Workspace } from './command-line.js'

const JOB = `import { RichMapFunction } from 'flink-ts'
class Failing extends RichMapFunction {
  map() { throw new Error('the map fails') }
  close() { throw new Error('the close fails too') }
}
export default function main(env) {
  env.fromElements(1, 2).map(new Failing()).name('Failing').setParallelism(1).print()
  return env.execute('job that fails twice')
}
`

it('a line that is logged in a worker is in the log of the job with its level, worker and task', async () => {
  const workspace = new Workspace({ 'restart-strategy.type': 'none', 'parallelism.default': '1' })
  const { exitCode } = await workspace.run('run', workspace.file('job.mjs', JOB))
  assert.notEqual(exitCode, 0)
  const directory = path.join(workspace.path, 'run/log')
  const text = readdirSync(directory).map((name) => readFileSync(path.join(directory, name), 'utf8'))
  const lines = text.join('').trimEnd().split('\n')
  const records = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  const line = records.find(({ msg }) => msg === 'close failed after an earlier failure')
  assert.ok(line !== undefined, text.join(''))
  assert.deepEqual([line['level'], line['operator']], ['WARN', 'Failing'])
  assert.match(String(line['jobId']), /^[0-9a-f]{32}$/)
  assert.match(String(line['worker']), /^worker \d+$/)
  assert.match(String(line['task']), /Failing.* \(1\/1\)$/)
  assert.match(String(line['reason']), /the close fails too/)
  workspace.remove()
})
