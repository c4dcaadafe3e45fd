import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { REPOSITORY, Workspace } from '../e2e/command-line.js'

const FOLDER = path.join(REPOSITORY, 'test/golden')

interface Scenario {
  readonly parallelism: readonly number[]
  readonly order: 'key' | 'none'
}

/** Lines of the job without the sink's subtask number; the command line's own lines are left out. */
function outputLines(stdout: string): string[] {
  const withoutSubtask = stdout.split('\n').map((line) => line.replace(/^(\w+):\d+> /, '$1> ').replace(/^\d+> /, ''))
  return withoutSubtask.filter((line) => line.startsWith('(') || /^\w+> /.test(line))
}

/** Groups stably by the text up to the first comma, which counts where groups are sorted: a blank comes before it. */
function groupedByKey(lines: readonly string[]): string[] {
  const groups = new Map<string, string[]>()
  for (const line of lines) {
    const group = line.slice(0, line.indexOf(',') + 1)
    groups.set(group, [...(groups.get(group) ?? []), line])
  }
  return [...groups.keys()].sort().flatMap((group) => groups.get(group) ?? [])
}

function readLines(file: string): string[] {
  return readFileSync(file, 'utf8').replace(/\n$/, '').split('\n')
}

describe('output of Apache Flink', () => {
  const scenarios = readdirSync(FOLDER).filter((name) => existsSync(path.join(FOLDER, name, 'scenario.json')))
  for (const name of scenarios.sort()) {
    const folder = path.join(FOLDER, name)
    const { parallelism, order } = JSON.parse(readFileSync(path.join(folder, 'scenario.json'), 'utf8')) as Scenario
    for (const p of parallelism) {
      it(`${name} prints the same lines at parallelism ${String(p)}`, async () => {
        const workspace = new Workspace()
        try {
          const args = [
            'run',
            '-p',
            String(p),
            path.join(folder, 'job.mjs'),
            '--input',
            path.join(folder, 'input.json'),
          ]
          const result = await workspace.run(...args)
          assert.equal(result.exitCode, 0, result.stderr)
          const lines = outputLines(result.stdout)
          assert.deepEqual([...lines].sort(), readLines(path.join(folder, 'expected.txt')).sort())
          if (order === 'key') {
            assert.deepEqual(groupedByKey(lines), readLines(path.join(folder, 'ordered.txt')))
          }
        } finally {
          workspace.remove()
        }
      })
    }
  }
})
