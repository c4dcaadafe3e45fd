/** The forms that a program may have, each through `run` and `info`: the job function, main(args), the module itself, the archive. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { create } from 'tar'
import { Workspace, type CommandResult } from './command-line.js'
import { until } from './numbers-job.js'

const FILES: Readonly<Record<string, string>> = {
  'job-function.js': `export default function job(env, params) {
  env.fromElements(params.get('p', 'none'), params.get('class', 'none')).uid('in-id').print()
}
`,
  'named.js': `export function Small(env) { env.fromElements('small').uid('in-id').print() }
export function Large(env) { env.fromElements('large').uid('in-id').print() }
`,
  'main.js': `import { StreamExecutionEnvironment } from 'flink-ts'
export async function main(args) {
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  env.fromElements(...args).uid('in-id').print()
  await env.execute('the main job')
}
`,
  'class-main.js': `import { StreamExecutionEnvironment } from 'flink-ts'
export class WordCount {
  static async main(args) {
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    env.fromElements('static', ...args).uid('in-id').print()
    await env.execute()
  }
}
`,
  'script.js': `import { StreamExecutionEnvironment } from 'flink-ts'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(...process.argv.slice(2)).uid('in-id').print()
const result = await env.execute('the module')
console.log('ran ' + result.getJobID())
`,
  'archive/package/package.json': '{"name": "greetings", "version": "1.0.0", "type": "module", "main": "lib/job.js"}\n',
  'archive/package/lib/job.js': `import { greet } from 'polite-greeting'
import { ending } from './ending.js'
export default function job(env, params) {
  env.fromElements(params.get('name', import.meta.url)).uid('in-id').map((name) => greet(name) + ending).print()
}
`,
  'archive/package/lib/ending.js': "export const ending = '!'\n",
  'archive/package/node_modules/polite-greeting/package.json':
    '{"name": "polite-greeting", "version": "2.0.0", "type": "module", "exports": "./greet.js"}\n',
  'archive/package/node_modules/polite-greeting/greet.js': "export const greet = (name) => 'Good day, ' + name\n",
}

describe('a program', { concurrency: 2 }, () => {
  let workspace: Workspace

  before(async () => {
    workspace = new Workspace()
    for (const [name, text] of Object.entries(FILES)) workspace.file(name, text)
    const cwd = path.join(workspace.path, 'archive')
    await create({ gzip: true, file: path.join(workspace.path, 'job.tgz'), cwd }, ['package'])
  })

  after(() => {
    workspace.remove()
  })

  /** Arguments after the file belong to the program, whatever they look like. */
  const rows: readonly (readonly [title: string, args: readonly string[], printed: readonly string[]])[] = [
    ['as a job function', ['job-function.js', '-p', '4', '--class', 'Other'], ['4', 'Other']],
    ['as one export of several', ['-c', 'Large', 'named.js'], ['large']],
    [
      'as an exported main',
      ['main.js', '-p', '4', '-h', '--', '-Dx=y', '--version'],
      ['-p', '4', '-h', '--', '-Dx=y', '--version'],
    ],
    ['as the static main of a class', ['-c', 'WordCount', 'class-main.js', '-c', 'Other'], ['static', '-c', 'Other']],
    ['as a script', ['script.js', '-d', '--help', 'last'], ['-d', '--help', 'last']],
    ['after options', ['-p', '1', '--', 'main.js', '-s', 'x'], ['-s', 'x']],
    ['as an archive with a dependency', ['job.tgz', '--name', 'Ann'], ['Good day, Ann!']],
  ]
  for (const [title, args, printed] of rows) {
    it(`${title} runs, and gets what follows it`, async () => {
      const result = await workspace.run('run', ...args)
      assert.deepEqual(printedBy(result), printed)
    })

    it(`${title} is explained by info and not run`, async () => {
      const { exitCode, stdout, stderr } = await workspace.run('info', ...args)
      assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' })
      const [, plan = ''] =
        /^-{23} Execution Plan -{23}\n(\{[^]*\})\n-{62}\n\nNo description provided\.\n$/.exec(stdout) ?? []
      const { nodes } = JSON.parse(plan) as { readonly nodes: readonly { readonly pact: string }[] }
      assert.deepEqual([nodes.at(0)?.pact, nodes.at(-1)?.pact], ['Data Source', 'Data Sink'])
    })
  }

  it('a script goes on after its job', async () => {
    const { stdout } = await workspace.run('run', 'script.js', 'only')
    const [, jobId = 'none'] = /submitted with JobID ([0-9a-f]{32})\n/.exec(stdout) ?? []
    assert.ok(stdout.endsWith(`ran ${jobId}\n`), stdout)
  })

  it('an archive leaves nothing that it was unpacked into', async () => {
    const room = new Workspace()
    const elsewhere = new Workspace({}, { TMPDIR: room.path, TEMP: room.path, TMP: room.path })
    const [unpacked = ''] = printedBy(await elsewhere.run('run', path.join(workspace.path, 'job.tgz')))
    assert.ok(unpacked.includes(`${path.basename(room.path)}/flink-ts-program-`), unpacked)
    // Node 22 and later keep compiled modules in the temporary directory.
    const left = readdirSync(room.path).filter((name) => name !== 'node-compile-cache')
    assert.deepEqual(left, ['conf'])
    elsewhere.remove()
    room.remove()
  })

  it('what an archive was unpacked into by a process that was killed goes with the next one', async () => {
    const room = new Workspace()
    const elsewhere = new Workspace({}, { TMPDIR: room.path, TEMP: room.path, TMP: room.path })
    const waiting = elsewhere.file(
      'waiting/job.mjs',
      'export default () => new Promise(() => setInterval(() => {}, 1000))\n',
    )
    await create({ file: path.join(elsewhere.path, 'waiting.tgz'), gzip: true, cwd: path.dirname(waiting) }, [
      'job.mjs',
    ])
    const killed = elsewhere.start('run', path.join(elsewhere.path, 'waiting.tgz'))
    const unpacked = (): string[] => readdirSync(room.path).filter((name) => name.startsWith('flink-ts-program-'))
    await until('it is unpacked', () => unpacked().length === 2)
    killed.kill('SIGKILL')
    await killed.ended
    assert.equal(unpacked().length, 2, 'nobody could remove it')
    printedBy(await elsewhere.run('run', path.join(workspace.path, 'job.tgz')))
    assert.deepEqual(unpacked(), [])
    elsewhere.remove()
    room.remove()
  })
})

/** The lines of the job itself, between those of the command. */
function printedBy({ exitCode, stdout, stderr }: CommandResult): readonly string[] {
  assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' }, stdout)
  const [, lines = ''] =
    /^Job has been submitted with JobID [0-9a-f]{32}\n([^]*)Program execution finished\n/.exec(stdout) ?? []
  return lines.split('\n').slice(0, -1)
}
