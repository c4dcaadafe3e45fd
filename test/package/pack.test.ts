/** The package as a user gets it: packed, installed into an empty project, run and type checked there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { userEnvironment } from '../e2e/command-line.js'

const repositoryRoot = join(import.meta.dirname, '..', '..', '..')
const COMMAND_TIMEOUT_MS = 150_000

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
}

interface PackedFile {
  readonly path: string
}

interface Packed {
  readonly filename: string
  readonly files: readonly PackedFile[]
}

const subPaths = Object.keys(
  (JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as Manifest).exports,
).filter((subPath) => subPath !== './package.json')

/** Output of a command that has to succeed. */
function run(command: string, args: readonly string[], cwd: string): string {
  // A test of the project that is made here would take itself for a part of this one.
  const env = userEnvironment({ FLINK_CONF_DIR: undefined, NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined })
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: COMMAND_TIMEOUT_MS })
  assert.equal(result.status, 0, `${command} ${args.join(' ')} failed\n${result.stdout}\n${result.stderr}`)
  return result.stdout
}

/** npm speaks of one package in an array up to version 11, and in an object by name after it. */
function firstPacked(json: string): Packed {
  const parsed = JSON.parse(json) as readonly Packed[] | Readonly<Record<string, Packed>>
  const [first] = Object.values(parsed)
  assert.ok(first !== undefined, json)
  return first
}

describe('the packed package', () => {
  let project = ''
  let packed: Packed

  before(() => {
    project = mkdtempSync(join(tmpdir(), 'flink-ts-package-'))
    packed = firstPacked(
      run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], repositoryRoot),
    )
    const manifest = { name: 'empty', version: '1.0.0', private: true, type: 'module' }
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
    // Strict: no dependency, however deep, may ask for a newer Node than the package itself.
    const install = [
      'install',
      '--engine-strict',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      `./${packed.filename}`,
    ]
    run('npm', install, project)
  })

  after(() => {
    rmSync(project, { recursive: true, force: true })
  })

  test('holds the program, its configuration, its licence and the page of jobs with its examples, and no tests', () => {
    const paths = packed.files.map((file) => file.path)
    for (const needed of ['bin/flink-ts.js', 'dist/lib/index.js', 'dist/src/index.d.ts', 'LICENSE', 'README.md']) {
      assert.ok(paths.includes(needed), `${needed} is not in the package`)
    }
    assert.ok(paths.includes('jobs/README.md'), 'the page of jobs is not in the package')
    assert.ok(paths.includes('conf/flink-conf.yaml'), 'the default configuration is not in the package')
    const strangers = paths.filter(
      (path) =>
        !/^(bin|dist\/lib|conf|jobs\/(pages|data))\/|^dist\/src\/.*\.d\.ts$|^jobs\/((README|state|errors|coming-from-[a-z]+)\.md|[\w-]+\.ts)$/.test(
          path,
        ) && !/^(package\.json|README\.md|LICENSE)$/.test(path),
    )
    assert.deepEqual(strangers, [])
  })

  test('runs a job module of the project by npx, and the job imports it by name', () => {
    const job = [
      "import { Types } from 'flink-ts'",
      'export default function (env) {',
      "  env.fromElements('to', 'be', 'or', 'not', 'to', 'be')",
      '    .map((word) => [word, 1])',
      '    .returns(Types.TUPLE(Types.STRING, Types.LONG))',
      '    .keyBy(0)',
      '    .sum(1)',
      '    .print()',
      '}',
    ]
    writeFileSync(join(project, 'job.mjs'), `${job.join('\n')}\n`)
    const runDirectory = `-Dcluster.run-directory=${join(project, 'run')}`
    const lines = run('npx', ['--no-install', 'flink-ts', 'run', runDirectory, 'job.mjs'], project).split('\n')
    const results = lines.filter((line) => /^\(\w+,\d+\)$/.test(line))
    assert.deepEqual(results, ['(to,1)', '(be,1)', '(or,1)', '(not,1)', '(to,2)', '(be,2)'])
  })

  test('each of its sub-paths can be imported, and says what it exports', () => {
    const specifiers = subPaths.map((subPath) => `flink-ts${subPath.slice(1)}`)
    const script = `for (const name of ${JSON.stringify(specifiers)}) {
      const names = Object.keys(await import(name))
      if (names.length === 0) throw new Error(name + ' exports nothing')
    }`
    writeFileSync(join(project, 'imports.mjs'), script)
    run(process.execPath, ['imports.mjs'], project)
  })

  test('brings types with which a TypeScript job and every sub-path check, libraries included', () => {
    const imports = subPaths.map((subPath, index) => `import * as part${index} from 'flink-ts${subPath.slice(1)}'`)
    const job = [
      ...imports,
      "import type { StreamExecutionEnvironment } from 'flink-ts'",
      `export const parts: readonly object[] = [${subPaths.map((_, index) => `part${index}`).join(', ')}]`,
      'export default function (env: StreamExecutionEnvironment): void {',
      "  env.fromElements('to', 'be').map((word) => word.length).filter((length: number) => length > 1).print()",
      '}',
    ]
    writeFileSync(join(project, 'job.ts'), `${job.join('\n')}\n`)
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
      module: 'nodenext',
      // A project that has no types of Node.
      types: [],
      typeRoots: [],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['job.ts'] }))
    run(process.execPath, [join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], project)
  })

  test('writes a project by init, which asks for the packed file, installs it, builds, is tested and runs', () => {
    run('npx', ['--no-install', 'flink-ts', 'init', 'Word Count'], project)
    const made = join(project, 'Word Count')
    const install = ['install', '--engine-strict', '--prefer-offline', '--no-audit', '--no-fund']
    run('npm', install, made)
    run('npm', ['run', 'build'], made)
    // Newer versions of Node report as at a terminal.
    assert.match(run('npm', ['test'], made), /^[#ℹ] pass 1$/mu)
    const runDirectory = `-Dcluster.run-directory=${join(project, 'run')}`
    const counted = (printed: string): string[] => printed.split('\n').filter((line) => /^(to|be): \d$/.test(line))
    const counts = ['to: 1', 'be: 1', 'to: 2', 'be: 2', 'to: 3']
    assert.deepEqual(counted(run('npm', ['start', '--', runDirectory], made)), counts)
    if (Reflect.get(process.features, 'typescript') !== 'strip') return
    assert.deepEqual(counted(run('npx', ['--no-install', 'flink-ts', 'run', runDirectory, 'src/job.ts'], made)), counts)
  })
})
