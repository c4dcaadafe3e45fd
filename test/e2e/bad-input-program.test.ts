/** What a user sees who gives `run` and `info` a wrong program, or the command line wrong arguments. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { create } from 'tar'
import ts from 'typescript'
import { assertArgumentRefused, assertFailed } from './refusals.js'
import { Workspace } from './command-line.js'

const COMMANDS = ['run', 'run-application', 'info', 'list', 'stop', 'cancel', 'savepoint', 'checkpoint']

const JOB = `export default function job(env) {
  env.fromElements(1, 2).uid('numbers-id').print()
}
`

const UNFINISHED = 'export const a = 1\n\nexport default function ( {\n'

const FILES: Readonly<Record<string, string>> = {
  'job.js': JOB,
  'notes.txt': 'the course notes\n',
  'job.tsx': JOB,
  'syntax.js': `export default function job(env) {
  env.fromElements(1, 2).map((x => x + 1).print()
}
`,
  'imports-syntax.js': "import './deeper/syntax.js'\nexport default function job(env) {}\n",
  'deeper/syntax.js': 'const list = [1, 2\nconst other = 3\n',
  'plugin.mjs': UNFINISHED,
  'imports-by-computed-name.js': "export default async () => { await import('./plug' + 'in.mjs') }\n",
  'imports-in-its-source.js': `class Numbers {
  async run() {
    await import('./plug' + 'in.mjs').catch((cause) => { throw new Error('no plugin', { cause }) })
  }
  cancel() {}
}
export default (env) => env.addSource(new Numbers()).uid('numbers').print()
`,
  'archive/package/package.json': '{"name": "syntax", "version": "1.0.0", "type": "module", "main": "l/x.js"}\n',
  'archive/package/l/x.js': "import './y.js'\n",
  'archive/package/l/y.js': UNFINISHED,
  'imports-missing.js':
    "import { price } from './prices.js'\nexport default (env) => env.fromElements(price).print()\n",
  'no-job.js': "const greeting = 'only a script'\nexport const note = greeting\n",
  'never-executed.js': `import { StreamExecutionEnvironment } from 'flink-ts'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(1).print()
`,
  'two-jobs.js': `export function WordCount(env) { env.fromElements('a').print() }
export function Average(env) { env.fromElements(1).print() }
`,
  'throws-in-script.js': 'const settings = undefined\n\nconsole.log(settings.port)\n',
  'reads-arguments.js': `export default function job(env, params) {
  env.socketTextStream('127.0.0.1', params.getInt('port')).print()
}
`,
  'exits.js': 'export default function job(env) {\n  env.fromElements(1).print()\n  process.exit(0)\n}\n',
}

const THROWING_TYPESCRIPT = `interface Table {
  readonly name: string
}

function load(table: Table): never {
  throw new TypeError('no prices in ' + table.name)
}

export default function job(): void {
  load({ name: 'tickers' })
}
`

describe('a program that cannot run', { concurrency: 2 }, () => {
  let workspace: Workspace

  before(async () => {
    workspace = new Workspace()
    for (const [name, text] of Object.entries(FILES)) workspace.file(name, text)
    const cwd = path.join(workspace.path, 'archive')
    await create({ gzip: true, file: path.join(workspace.path, 'syntax.tgz'), cwd }, ['package'])
    writeFileSync(path.join(workspace.path, 'binary.js'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]))
    const { outputText } = ts.transpileModule(THROWING_TYPESCRIPT, {
      fileName: 'throwing.ts',
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, inlineSourceMap: true },
    })
    workspace.file('throwing.ts', THROWING_TYPESCRIPT)
    workspace.file('throwing.js', outputText)
  })

  after(() => {
    workspace.remove()
  })

  const failures: readonly (readonly [title: string, args: readonly string[], words: readonly (string | RegExp)[]])[] =
    [
      [
        'a text file',
        ['notes.txt'],
        ['notes.txt is not a job module', 'it is a .txt file', 'compiled JavaScript module'],
      ],
      ['TypeScript with JSX', ['job.tsx'], ['job.tsx is not a job module', 'TypeScript', 'compiled first', 'npx tsc']],
      ['binary data', ['binary.js'], ['binary.js is not a job module', 'it holds binary data', '.tgz']],
      [
        'a syntax error',
        ['syntax.js'],
        ['syntax error', /\/syntax\.js:2\n/, '  env.fromElements(1, 2).map((x => x + 1).print()\n', /^ +\^$/m],
      ],
      [
        'a syntax error in a file that it imports',
        ['imports-syntax.js'],
        ['syntax error', /\/deeper\/syntax\.js:2\n/, 'const other = 3\n', '^'],
      ],
      [
        'a syntax error in a file that main imports by a computed name',
        ['imports-by-computed-name.js'],
        ['syntax error', /\/plugin\.mjs:3\n/, 'export default function ( {\n', /^ {27}\^$/m],
      ],
      [
        'a syntax error in an archive',
        ['syntax.tgz'],
        ['syntax error', /\/syntax\.tgz: package\/l\/y\.js:3\n/, 'export default function ( {\n', /^ {27}\^$/m],
      ],
      [
        'an import of a missing file',
        ['imports-missing.js'],
        ['imports-missing.js could not be imported', 'prices.js'],
      ],
      ['nothing in it', ['no-job.js'], ['no-job.js defines no job', 'Export a function (env, params)', 'execute()']],
      ['no call of execute', ['never-executed.js'], ['never-executed.js defines no job', 'execute() was never called']],
      [
        'two jobs and none chosen',
        ['two-jobs.js'],
        ['two-jobs.js defines no job', 'Its exports are: Average, WordCount', '-c Average'],
      ],
      [
        'an entry that is not there',
        ['-c', 'Wordcount', 'two-jobs.js'],
        ["entry point class 'Wordcount' was not found in", 'two-jobs.js are: Average, WordCount'],
      ],
      [
        'a main that throws',
        ['throwing.js'],
        [
          'The main method caused an error: no prices in tickers\n',
          'Caused by: TypeError: no prices in tickers\n\tat load ',
          /\(.*\/throwing\.ts:6:9\)\n\tat .*job.* \(.*\/throwing\.ts:10:3\)\n/m,
        ],
      ],
      [
        'a script that throws',
        ['throws-in-script.js'],
        ['The main method caused an error: Cannot read prop', /^\tat .*\/throws-in-script\.js:3:22\)?\n/m],
      ],
      ['a call of process.exit', ['exits.js'], ['The program ended its process with exit code 0 before']],
    ]
  for (const [title, args, words] of failures) {
    it(`run says what is wrong: ${title}`, async () => {
      const result = await workspace.run('run', ...args)
      assertFailed(result, words)
      assert.doesNotMatch(result.stdout, /submitted/)
    })
  }

  it('a missing argument of the program is one line that says how to give it', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('run', 'reads-arguments.js')
    assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
    assert.equal(stderr, "Program argument 'port': No data for required key 'port'. Give it as --port <value>.\n")
  })

  it('run says where a syntax error stands that comes up in a source, below what the source makes of it', async () => {
    const result = await workspace.run('run', 'imports-in-its-source.js')
    const words = ['failed: Error: no plugin\n\tat ', 'Caused by: SyntaxError: Unexpected end of input\n']
    assertFailed(result, [...words, /\/plugin\.mjs:3\n/, 'export default function ( {\n', /^ {27}\^$/m])
  })

  it('info says the same as run and prints no plan', async () => {
    for (const [name, word] of [
      ['throwing.js', /throwing\.ts:6:9/],
      ['syntax.js', /syntax\.js:2\n/],
      ['no-job.js', /defines no job/],
    ] as const) {
      const result = await workspace.run('info', name)
      assertFailed(result, [word])
      assert.equal(result.stdout, '')
    }
  })

  it('run -d says in the terminal why the job was not accepted', async () => {
    const result = await workspace.run('run', '-d', 'throwing.js')
    assertFailed(result, ['The main method caused an error: no prices in tickers', /throwing\.ts:6:9/])
    assert.equal(result.stdout, '')
  })
})

describe('a command line that is wrong', { concurrency: 2 }, () => {
  let workspace: Workspace

  before(() => {
    workspace = new Workspace()
    workspace.file('job.js', JOB)
    workspace.file('directory/job.js', JOB)
  })

  after(() => {
    workspace.remove()
  })

  const rows: readonly (readonly [args: readonly string[], words: readonly string[]])[] = [
    [['run'], ['Java program should be specified a JAR file.\n', ': flink-ts run [OPTIONS] <job.js> [arguments].']],
    [['info'], ['Java program should be specified a JAR file.\n', ': flink-ts info [OPTIONS] <job.js> [arguments].']],
    [
      ['run', 'missing.js'],
      ['JAR file does not exist: ', 'missing.js\n'],
    ],
    [
      ['info', 'missing.js'],
      ['JAR file does not exist: ', 'missing.js\n'],
    ],
    [
      ['run', 'missing.tgz'],
      ['JAR file does not exist: ', 'missing.tgz\n'],
    ],
    [
      ['run', 'directory'],
      ['JAR file is not a file: ', 'directory\n'],
    ],
    [['run', '-p', '0', 'job.js'], ['The parallelism must be a positive number: 0\n']],
    [['run', '-p', 'x', 'job.js'], ['The parallelism must be a positive number: x\n']],
    [['run', '-p', '1.5', 'job.js'], ['The parallelism must be a positive number: 1.5\n']],
    [['info', '-p', '0', 'job.js'], ['The parallelism must be a positive number: 0\n']],
    [
      ['run', '--paralelism=2', 'job.js'],
      ['Unrecognized option: --paralelism=2\n', '(Did you mean --parallelism?)', 'an option of "run"'],
    ],
    [['list', '--foo'], ['Unrecognized option: --foo\n']],
    [['run-application'], ['Java program should be specified a JAR file.\n', ': flink-ts run-application [OPTIONS] ']],
    [['run-application', '-p', '0', 'job.js'], ['The parallelism must be a positive number: 0\n']],
    [['run-application', 'local:///missing.js'], ['JAR file does not exist: /missing.js\n']],
    [['run-application', '-j', 'local:///missing.js', 'x'], ['JAR file does not exist: /missing.js\n']],
    [['run-application', '-a', 'local:///missing.js', 'x'], ['JAR file does not exist: /missing.js\n']],
    [
      ['run', '-py', 'job.py'],
      ['Python command line option detected', 'There is no PyFlink here'],
    ],
    [['info', '-C', 'lib/a.jar', 'job.js'], ['Bad syntax for classpath: lib/a.jar\n']],
    [['run', '-c'], ['Missing argument for option: c\n']],
    [
      ['run', '-D', '=3', 'job.js'],
      ['-D=3 names no option', '-D<property>=<value>'],
    ],
  ]
  for (const [args, words] of rows) {
    it(`flink-ts ${args.join(' ')}: is told so on standard output, with a hint`, async () => {
      assertArgumentRefused(await workspace.run(...args), words)
    })
  }

  const elsewhere: readonly (readonly [args: readonly string[], words: readonly string[]])[] = [
    [
      ['run', '-t', 'remote', '-m', 'localhost:1', 'job.js'],
      ['[SESSION_UNREACHABLE]', 'Connection refused: http://localhost:1 (set by -t remote)', 'flink-ts start-cluster'],
    ],
    [
      ['run-application', '-t', 'kubernetes-application', 'local:///opt/app.js'],
      ['[TARGET_UNSUPPORTED]', "'kubernetes-application' cannot be the target", 'Leave it out, or'],
    ],
    [
      ['run', '-d', '-t', 'local', '-D', 'jobmanager.rpc.address=other', 'job.js'],
      ['[MACHINE_UNSUPPORTED]', "'other' is not this machine (set by -Djobmanager.rpc.address=other)"],
    ],
    [
      ['cancel', '--quiet', '-m', 'other.invalid:8081', 'cca7bc1061d61cf15238e92312c2fc20'],
      ['[SESSION_UNREACHABLE]', 'Unknown host: http://other.invalid:8081 (set by -m other.invalid:8081)'],
    ],
    [
      ['upgrade', '-m', 'other.invalid:8081', 'cca7bc1061d61cf15238e92312c2fc20', 'job.js'],
      ['[SESSION_ACTION_MISSING]', 'upgrade is about this machine alone, and http://other.invalid:8081 (set by -m'],
    ],
  ]
  for (const [args, words] of elsewhere) {
    it(`flink-ts ${args.join(' ')}: does nothing here, where it was not meant to`, async () => {
      const result = await workspace.run(...args)
      assertFailed(result, words)
      assert.equal(result.stdout, '')
    })
  }

  it('what is accepted without effect is told in one line, and errors and warnings have colours where they are wanted', async () => {
    const yarn = ['-yid', 'application_1', '-yjm', '1024m', '-yD', 'parallelism.default=2']
    const args = ['list', '-m', 'localhost:8081', '-z', '/flink', ...yarn, '-D', 'execution.target=yarn-session']
    const plain = await workspace.run(...args.slice(0, -2))
    const warning =
      'WARNING: Accepted, but without effect: -z (jobs are found without ZooKeeper), ' +
      '-yid, -yjm (there is no YARN here: jobs run on this machine and are found on it)\n'
    assert.deepEqual({ exitCode: plain.exitCode, stderr: plain.stderr }, { exitCode: 0, stderr: warning })
    const painted = new Workspace({}, { FORCE_COLOR: '1' })
    try {
      const warned = await painted.run(...args.slice(0, -2))
      assert.equal(warned.stderr, `\u001b[33m${warning.trimEnd()}\u001b[39m\n`)
      const { stderr } = await painted.run(...args)
      assert.match(stderr, /\n\u001b\[31mFlinkError \[TARGET_UNSUPPORTED\]: [^\n]*\u001b\[39m\n/)
    } finally {
      painted.remove()
    }
  })

  it('an unknown action is answered with the known ones', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('walk')
    assert.deepEqual({ exitCode, stderr }, { exitCode: 1, stderr: '' })
    assert.ok(stdout.startsWith('"walk" is not a valid action.\n\nValid actions are "run", '), stdout)
    for (const command of COMMANDS) assert.ok(stdout.includes(`"${command}"`), stdout)
    const help = await workspace.run('--help')
    const actions = [...help.stdout.matchAll(/^Action "(\S+)" /gm)].map(([, name]) => `"${name ?? ''}"`)
    assert.ok(
      stdout.includes(`Valid actions are ${actions.slice(0, -1).join(', ')}, or ${actions.at(-1) ?? ''}.`),
      stdout,
    )
    assert.ok(stdout.endsWith('Specify the help option (-h or --help) to get help on the command.\n'), stdout)
  })

  it('a misspelled action is answered with the one that was meant, of two words as well', async () => {
    for (const [given, meant] of [
      ['lits', 'list'],
      ['savepoint-inspect', 'savepoint inspect'],
    ] as const) {
      const { exitCode, stdout } = await workspace.run(given, 'x')
      assert.equal(exitCode, 1)
      assert.ok(stdout.startsWith(`"${given}" is not a valid action.\n(Did you mean ${meant}?)\n\n`), stdout)
    }
  })

  it('no argument at all is answered with the help, and is an error', async () => {
    const { exitCode, stdout, stderr } = await workspace.run()
    assert.deepEqual({ exitCode, stderr }, { exitCode: 1, stderr: '' })
    assert.ok(stdout.startsWith('./flink-ts <ACTION> [OPTIONS] [ARGUMENTS]\n'), stdout)
    assert.ok(stdout.endsWith('\nPlease specify an action.\n'), stdout)
  })
})

describe('the help', { concurrency: 2 }, () => {
  let workspace: Workspace

  before(() => {
    workspace = new Workspace()
  })

  after(() => {
    workspace.remove()
  })

  it('names every action with an example, as -h and as --help', async () => {
    const [long, short] = await Promise.all([workspace.run('--help'), workspace.run('-h')])
    assert.deepEqual(long, short)
    assert.deepEqual({ exitCode: long.exitCode, stderr: long.stderr }, { exitCode: 0, stderr: '' })
    for (const command of COMMANDS) {
      assert.ok(long.stdout.includes(`Action "${command}" `), long.stdout)
      assert.ok(long.stdout.includes(`\n     flink-ts ${command}`), long.stdout)
    }
  })

  for (const command of COMMANDS) {
    it(`of ${command} shows syntax, options and an example`, async () => {
      const [long, short] = await Promise.all([workspace.run(command, '--help'), workspace.run(command, '-h')])
      assert.deepEqual(long, short)
      const { exitCode, stdout, stderr } = long
      assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' })
      assert.ok(stdout.startsWith(`\nAction "${command}" `), stdout)
      assert.ok(stdout.includes(`\n  Syntax: ${command} [OPTIONS]`), stdout)
      assert.match(stdout, /^ +-D <property=value> /m)
      assert.ok(stdout.includes(`\n  Examples:\n     flink-ts ${command}`), stdout)
      for (const other of COMMANDS) if (other !== command) assert.ok(!stdout.includes(`Action "${other}"`))
    })
  }

  it('the version is one line, as -v and as --version', async () => {
    const [long, short] = await Promise.all([workspace.run('--version'), workspace.run('-v')])
    assert.deepEqual(long, short)
    assert.match(long.stdout, /^Version: \d+\.\d+\.\d+[^\n]*\n$/)
    assert.deepEqual({ exitCode: long.exitCode, stderr: long.stderr }, { exitCode: 0, stderr: '' })
  })
})
