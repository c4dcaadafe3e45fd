/** The example jobs print what the course notes and the READMEs say. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { REPOSITORY, Workspace } from './command-line.js'
import { examplePages } from './example-pages.js'

const WORDS = 'to be or not to be that is the question whether it is nobler in the mind to suffer'.split(' ')

const EXPECTED: readonly (readonly [job: string, lines: readonly string[]])[] = [
  ['count-window-average', ['(1,4)', '(1,5)']],
  ['queryable-average', ['(1,4)', '(1,5)']],
  ['my-function', ['(a,1,1)', '(b,1,2)', '(a,2,3)', '(c,1,4)', '(a,3,5)', '(b,2,6)']],
  ['stateful-source', ['0 is record 1', '1 is record 2', '2 is record 3']],
  ['first-seen', ['4 different words']],
  ['visits-per-minute', ['/ from 12:00: 3', '/ from 12:01: 1', '/about from 12:02: 1']],
  ['word-count', WORDS.map(countedWord)],
  ['larger-than-before', ['(0,3)', '(2,4)', '(4,5)', '(5,9)']],
]

function countedWord(word: string, at: number): string {
  return `(${word},${String(WORDS.slice(0, at + 1).filter((one) => one === word).length)})`
}

describe('the example jobs', () => {
  for (const [job, lines] of EXPECTED) {
    it(`${job} prints its documented output`, async () => {
      const workspace = new Workspace()
      const result = await workspace.run('run', path.join(REPOSITORY, `dist/jobs/${job}.js`))
      assert.equal(result.exitCode, 0, result.stderr)
      const [submitted = '', ...printed] = result.stdout.split('\n')
      assert.match(submitted, /^Job has been submitted with JobID [0-9a-f]{32}$/)
      const end = printed.indexOf('Program execution finished')
      assert.deepEqual(printed.slice(0, end), lines)
      workspace.remove()
    })
  }

  for (const { job, command, lines } of examplePages()) {
    it(`${job} prints what its page says, in some order`, async () => {
      const workspace = new Workspace()
      const result = await workspace.run(...command)
      assert.equal(result.exitCode, 0, result.stderr)
      const printed = result.stdout.split('\n').flatMap((line) => /^\d> (.*)$/.exec(line)?.[1] ?? [])
      assert.deepEqual(printed.sort(), lines)
      workspace.remove()
    })
  }

  it('word-count counts the words of a file', async () => {
    const workspace = new Workspace()
    const input = workspace.file('words.txt', 'one two\nTwo\n')
    const result = await workspace.run('run', path.join(REPOSITORY, 'dist/jobs/word-count.js'), '--input', input)
    assert.equal(result.exitCode, 0, result.stderr)
    assert.match(result.stdout, /^\(one,1\)\n\(two,1\)\n\(two,2\)$/m)
    assert.equal(result.stderr, '')
    workspace.remove()
  })

  it('orders-per-country adds up what files of CSV say', async () => {
    const workspace = new Workspace()
    const header = 'id,country,comment,amount\r\n'
    const input = workspace.file(
      'orders.csv',
      `${header}1,Österreich,"twice, or ""not""\r\nat all",2.5\r\n2,Peru,,1\r\n3,Österreich,,4\r\n`,
    )
    const result = await workspace.run(
      'run',
      path.join(REPOSITORY, 'dist/jobs/orders-per-country.js'),
      '--input',
      input,
    )
    assert.equal(result.exitCode, 0, result.stderr)
    assert.match(result.stdout, /^Österreich: 1 for 2\.5\nPeru: 1 for 1\nÖsterreich: 2 for 6\.5$/m)
    workspace.remove()
  })

  it('orders-per-hour writes what files of CSV add up to, hour by hour, to files of each day', async () => {
    const workspace = new Workspace()
    const orders = [
      ['2026-03-01T22:10:00Z', 'Peru', 1],
      ['2026-03-01T23:59:59Z', 'Peru', 2],
      ['2026-03-01T22:50:00Z', 'Peru', 4],
      ['2026-03-02T00:00:00Z', 'Österreich', 8],
      ['2026-03-01T23:58:00Z', 'Peru', 16],
    ]
    const input = workspace.file('orders.csv', `at,country,amount\n${orders.map((each) => each.join()).join('\n')}\n`)
    const output = path.join(workspace.path, 'out')
    const job = path.join(REPOSITORY, 'dist/jobs/orders-per-hour.js')
    const result = await workspace.run('run', '-p', '2', job, '--input', input, '--output', output)
    assert.equal(result.exitCode, 0, result.stderr)
    const rowsOf = (day: string): string[] =>
      readdirSync(path.join(output, day)).flatMap((file) => {
        assert.match(file, /^totals-[0-9a-f-]{36}-\d+\.csv$/)
        return readFileSync(path.join(output, day, file), 'utf8')
          .trimEnd()
          .split('\n')
      })
    assert.deepEqual(rowsOf('day=2026-03-01').sort(), ['2026-03-01T22,Peru,2,5', '2026-03-01T23,Peru,2,18'])
    assert.deepEqual(rowsOf('day=2026-03-02'), ['2026-03-02T00,Österreich,1,8'])
    workspace.remove()
  })

  for (const backend of ['jobmanager', 'filesystem', 'rocksdb']) {
    it(`state-backends counts words on ${backend}, as the course notes set it in the code`, async () => {
      const workspace = new Workspace()
      const checkpoints = path.join(workspace.path, 'checkpoints')
      const job = path.join(REPOSITORY, 'dist/jobs/state-backends.js')
      const result = await workspace.run('run', job, '--backend', backend, '--checkpoints', checkpoints)
      assert.equal(result.exitCode, 0, result.stderr)
      const [, ...printed] = result.stdout.split('\n')
      assert.deepEqual(printed.slice(0, printed.indexOf('Program execution finished')), WORDS.map(countedWord))
      workspace.remove()
    })
  }

  it('info prints the plan and runs nothing', async () => {
    const workspace = new Workspace()
    const job = path.join(REPOSITORY, 'dist/jobs/word-count.js')
    const result = await workspace.run('info', job, '--input', 'words.txt')
    assert.equal(result.exitCode, 0, result.stderr)
    const [rule = '', ...rest] = result.stdout.split('\n')
    assert.equal(rule, '----------------------- Execution Plan -----------------------')
    const plan = JSON.parse(
      rest
        .slice(
          0,
          rest.findIndex((line) => line.startsWith('---')),
        )
        .join('\n'),
    ) as {
      nodes: { type: string }[]
    }
    assert.equal(plan.nodes[0]?.type, 'Source: Text File Source')
    workspace.remove()
  })
})
