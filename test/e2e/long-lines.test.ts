import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { it } from 'node:test'
import { REPOSITORY, userEnvironment, Workspace } from './command-line.js'

const PARALLELISM = 4
const LINES = 150
const JOB = `
export default (env) => {
  env.setParallelism(1)
  const long = (name) => (value) => name + '-' + value + '-' + 'x'.repeat(20000) + '.'
  const numbers = env.fromCollection(Array.from({ length: ${String(LINES)} }, (_, index) => index)).rebalance()
  numbers.map(long('print')).setParallelism(${String(PARALLELISM)}).print().setParallelism(${String(PARALLELISM)})
  numbers.map((value) => { console.log(long('log')(value)); return value }).setParallelism(${String(PARALLELISM)})
}
`

it('long lines that the tasks of a job print and log at the same time arrive whole', async () => {
  const workspace = new Workspace()
  const job = workspace.file('job.mjs', JOB)
  const binary = path.join(REPOSITORY, 'bin/flink-ts.js')
  const stdout = await new Promise<string>((resolve, reject) => {
    const options = {
      maxBuffer: 64 * 1024 * 1024,
      env: userEnvironment({ FLINK_CONF_DIR: path.join(workspace.path, 'conf') }),
    }
    const script = '"$0" "$1" run "$2" 2>&1 | (sleep 1; cat)'
    execFile('sh', ['-c', script, process.execPath, binary, job], options, (error, text) => {
      if (error === null) resolve(text)
      else reject(new Error('the command failed', { cause: error }))
    })
  })
  const lines = stdout.split('\n').filter((line) => line.includes('xx'))
  const whole = lines.map(
    (line) => /^(?:\d+> )?(print|log)-(\d+)-x{20000}\.$/.exec(line) ?? assert.fail(line.slice(0, 80)),
  )
  for (const name of ['print', 'log']) {
    const numbers = whole.filter(([, kind]) => kind === name).map(([, , number]) => Number(number))
    assert.deepEqual(
      numbers.sort((left, right) => left - right),
      Array.from({ length: LINES }, (_, index) => index),
    )
  }
  workspace.remove()
})
