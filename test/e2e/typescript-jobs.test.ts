/** Job files in TypeScript, where Node leaves out types by itself, through everything that loads a program; and what is said where it does not. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { create } from 'tar'
import { Workspace, type CommandResult } from './command-line.js'

const STRIPS_TYPES = Reflect.get(process.features, 'typescript') === 'strip'
const skip = STRIPS_TYPES ? false : `Node ${process.version} does not run TypeScript`

const COUNTS = `import {
  RichMapFunction,
  Types,
  ValueStateDescriptor,
  type ParameterTool,
  type StreamExecutionEnvironment,
  type ValueState,
} from 'flink-ts'
import { evaluation, keyOf, type Numbered } from './numbered.ts'

interface Settings {
  readonly limit: number
  readonly failAt: number
}

class Count extends RichMapFunction<Numbered, string> {
  #count: ValueState<number> | undefined
  readonly #settings: Settings

  constructor(settings: Settings) {
    super()
    this.#settings = settings
  }

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count', Types.LONG))
  }

  override map(value: Numbered): string {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    if (value.number === this.#settings.failAt && this.getRuntimeContext().getAttemptNumber() === 0) {
      throw new Error('no such number')
    }
    if (this.#settings.failAt > 0) console.log(\`evaluation \${String(evaluation)}\`)
    return \`\${keyOf(value)} \${String(count)}\`
  }
}

export default function (env: StreamExecutionEnvironment, params: ParameterTool): void {
  const settings: Settings = { limit: params.getInt('limit', 4), failAt: params.getInt('fail', -1) }
  env
    .fromSequence(1, settings.limit)
    .uid('numbers')
    .map((number): Numbered => {
      if (params.has('slow')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      return { number }
    })
    .keyBy(keyOf)
    .map(new Count(settings))
    .uid('count')
    .print()
}
`
const NUMBERED = `const before: unknown = Reflect.get(globalThis, 'evaluations')
export const evaluation: number = typeof before === 'number' ? before + 1 : 1
Reflect.set(globalThis, 'evaluations', evaluation)

export interface Numbered {
  readonly number: number
}

export function keyOf({ number }: Numbered): string {
  return number % 2 === 0 ? 'even' : 'odd'
}
`
const COMMON_JS = `const { Types } = require('flink-ts') as typeof import('flink-ts')

function job(env: import('flink-ts').StreamExecutionEnvironment): void {
  env.fromElements('one', 'two').map((word: string): string => word).returns(Types.STRING).print()
}

module.exports = job
`
const FAILS_ONCE = ['-Drestart-strategy.type=fixed-delay', '-Drestart-strategy.fixed-delay.delay=10 ms']

function linesOf({ stdout }: CommandResult): string[] {
  return stdout.split('\n').filter((line) => /^(\d+> )?(even|odd) \d+$/.test(line))
}

describe('a job file in TypeScript', () => {
  const workspace = new Workspace({
    'execution.checkpointing.dir': 'checkpoints',
    'state.savepoints.dir': 'savepoints',
  })
  for (const name of ['job.ts', 'job.mts', 'parts/package/job.ts']) workspace.file(name, COUNTS)
  for (const folder of ['.', 'parts/package']) workspace.file(path.join(folder, 'numbered.ts'), NUMBERED)
  workspace.file('package.json', '{"type": "module"}\n')
  workspace.file(
    'parts/package/package.json',
    '{"name": "counts", "version": "1.0.0", "type": "module", "main": "job.ts"}\n',
  )
  workspace.file('job.cts', COMMON_JS)
  workspace.file('enum.ts', 'export default function () {}\nenum Colour { Red }\nconsole.log(Colour)\n')
  workspace.file('broken.ts', 'const settings: { a: number } = { a: 1 }\n\nexport default function (env: object {\n')
  workspace.file(
    'value-import.ts',
    "import { ValueState } from 'flink-ts'\nexport const state: ValueState<number>[] = []\n",
  )
  workspace.file('cut-off.ts', 'const a: number = 1\n\nexport default function () {\n')
  workspace.file('short-name.ts', "import { keyOf } from './numbered'\nexport default keyOf\n")
  workspace.file('compiled-name.ts', "import { keyOf } from './numbered.js'\nexport default keyOf\n")

  after(() => {
    workspace.remove()
  })

  it('is refused where Node runs none, with what to do', { skip: STRIPS_TYPES && 'Node runs TypeScript' }, async () => {
    const { exitCode, stderr } = await workspace.run('run', 'job.ts')
    assert.equal(exitCode, 1)
    assert.match(
      stderr,
      /job\.ts is not a job module: it is TypeScript.*compiled first.*npx tsc.*From 22\.18 on Node runs/,
    )
  })

  for (const name of ['job.ts', 'job.mts']) {
    it(`runs as it is, ${name}, in as many slots as it is to`, { skip }, async () => {
      const run = await workspace.run('run', '-p', '3', name)
      assert.equal(run.exitCode, 0, run.stderr)
      assert.equal(run.stderr, '')
      assert.deepEqual(
        linesOf(run)
          .map((line) => line.replace(/^\d+> /, ''))
          .sort(),
        ['even 1', 'even 2', 'odd 1', 'odd 2'],
      )
    })
  }

  it('runs as CommonJS that requires flink-ts', { skip }, async () => {
    const run = await workspace.run('run', '-p', '1', 'job.cts')
    assert.equal(run.exitCode, 0, run.stderr)
    assert.match(run.stdout, /^one\ntwo$/m)
  })

  it('runs as the module of an archive', { skip }, async () => {
    const cwd = path.join(workspace.path, 'parts')
    await create({ gzip: true, file: path.join(workspace.path, 'job.tgz'), cwd }, ['package'])
    const run = await workspace.run('run', '-p', '1', 'job.tgz')
    assert.equal(run.exitCode, 0, run.stderr)
    assert.deepEqual(linesOf(run), ['odd 1', 'even 1', 'odd 2', 'even 2'])
  })

  it('is told of with the line of an error', { skip }, async () => {
    const run = await workspace.run('run', '-p', '1', 'job.ts', '--fail', '3')
    assert.equal(run.exitCode, 1)
    const line = COUNTS.split('\n').findIndex((text) => text.includes("throw new Error('no such number')")) + 1
    assert.match(
      run.stderr,
      new RegExp(`Error: no such number\\n\\tat Count\\.map \\(file:\\S*/job\\.ts:${String(line)}:13\\)`),
    )
  })

  it('is evaluated anew for a restart, as are the modules that it imports', { skip }, async () => {
    const run = await workspace.run('run', '-p', '1', ...FAILS_ONCE, 'job.ts', '--fail', '3')
    assert.equal(run.exitCode, 0, run.stderr)
    assert.deepEqual(linesOf(run).slice(-4), ['odd 1', 'even 1', 'odd 2', 'even 2'])
    const evaluations = [...run.stdout.matchAll(/^evaluation (\d+)$/gm)].map(([, number]) => Number(number))
    assert.ok((evaluations.at(-1) ?? 0) > (evaluations[0] ?? Infinity), run.stdout)
  })

  it(
    'shows its plan, detached runs with a savepoint, against which it is checked and which it goes on from',
    { skip },
    async () => {
      const info = await workspace.run('info', 'job.ts')
      assert.equal(info.exitCode, 0, info.stderr)
      assert.match(info.stdout, /"nodes"/)

      const detached = await workspace.run('run', '-d', '-p', '1', 'job.ts', '--limit', '1000000', '--slow', 'x')
      const [, jobId = ''] = /JobID ([0-9a-f]{32})/.exec(detached.stdout) ?? []
      assert.notEqual(jobId, '', detached.stderr)
      const upgraded = await workspace.run(
        'upgrade',
        '-d',
        '-p',
        '1',
        jobId,
        'job.mts',
        '--limit',
        '1000000',
        '--slow',
        'x',
      )
      assert.equal(upgraded.exitCode, 0, upgraded.stderr)
      const [, newId = ''] = /JobID ([0-9a-f]{32})/.exec(upgraded.stdout) ?? []
      const [, output = ''] = /^Its output goes to (\S+)$/m.exec(upgraded.stderr) ?? []
      const stopped = await workspace.run('stop', '--wait', newId)
      assert.equal(stopped.exitCode, 0, stopped.stderr)
      const [, savepoint = ''] = /Path: (\S+)/.exec(stopped.stdout) ?? []
      assert.match(readFileSync(output, 'utf8'), /^odd \d+$/m)

      const checked = await workspace.run('check', 'job.ts', '--against', savepoint)
      assert.equal(checked.exitCode, 0, checked.stdout + checked.stderr)
      assert.match(checked.stdout, /^matched: .*uid "count"/m)
    },
  )

  const failures: readonly (readonly [title: string, file: string, told: RegExp])[] = [
    [
      'has more than types',
      'enum.ts',
      /\[PROGRAM_TYPESCRIPT_UNSUPPORTED\][^]*enum is not supported[^]*\/enum\.ts:2\nenum Colour \{ Red \}\n\^+\n/,
    ],
    [
      'has a syntax error',
      'broken.ts',
      /\[PROGRAM_SYNTAX_ERROR\][^]*\/broken\.ts:3\nexport default function \(env: object \{\n +\^+\n/,
    ],
    [
      'imports a type as if it were a value',
      'value-import.ts',
      /\[PROGRAM_EXPORT_NOT_FOUND\].*if it is a type, write import \{ type/,
    ],
    [
      'imports by the name that the compiler would make',
      'compiled-name.ts',
      /\[PROGRAM_IMPORT_FAILED\].*There is numbered\.ts: Node runs TypeScript where/,
    ],
    [
      'imports by a name without its end',
      'short-name.ts',
      /\[PROGRAM_IMPORT_FAILED\].*There is numbered\.ts: Node imports a file by its whole name/,
    ],
    [
      'ends too soon',
      'cut-off.ts',
      /\[PROGRAM_SYNTAX_ERROR\][^]*\/cut-off\.ts:3\nexport default function \(\) \{\n +\^\n/,
    ],
  ]
  for (const [title, file, told] of failures) {
    it(`that ${title} is refused with the place and with what to do`, { skip }, async () => {
      const { exitCode, stderr } = await workspace.run('run', file)
      assert.equal(exitCode, 1)
      assert.match(stderr, told)
    })
  }
})
