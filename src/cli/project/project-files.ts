/** Files of a new project by their paths: a job with keyed state, a test of it, and what builds and runs both. */
export interface ProjectNames {
  /** Of the package, as npm takes it. */
  readonly name: string
  /** By which npm finds flink-ts: a range of versions, or a file. */
  readonly dependency: string
}

/** A name that npm takes, made of that of a directory. */
export function packageNameOf(directoryName: string): string {
  const name = directoryName
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, LONGEST_NAME)
  return name === '' || RESERVED.has(name) ? 'flink-ts-job' : name
}

const LONGEST_NAME = 200
const RESERVED: ReadonlySet<string> = new Set(['node_modules', 'favicon.ico', 'flink-ts'])

export function projectFiles({ name, dependency }: ProjectNames): Readonly<Record<string, string>> {
  return {
    'package.json': json({
      name,
      version: '0.1.0',
      private: true,
      type: 'module',
      scripts: {
        build: 'tsc',
        prestart: 'npm run build',
        start: 'flink-ts run dist/job.js',
        pretest: 'npm run build',
        test: 'node --test dist/job.test.js',
      },
      dependencies: { 'flink-ts': dependency },
      devDependencies: { '@types/node': '^20.19.43', typescript: '^6.0.3' },
    }),
    'tsconfig.json': json({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        rootDir: 'src',
        outDir: 'dist',
        sourceMap: true,
        strict: true,
        noUncheckedIndexedAccess: true,
        types: ['node'],
        verbatimModuleSyntax: true,
        erasableSyntaxOnly: true,
        rewriteRelativeImportExtensions: true,
      },
      include: ['src'],
    }),
    '.gitignore': 'node_modules/\ndist/\n',
    'README.md': readme(name),
    'src/job.ts': JOB,
    'src/count-words.ts': COUNT_WORDS,
    'src/job.test.ts': TEST,
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function readme(name: string): string {
  return `# ${name}

A job for flink-ts: it counts words, of a few lines or of \`--input <file or directory>\`.

\`\`\`sh
npm install
npm test                              # builds, runs the job on random lines and compares
npm start                             # builds and runs it
npx flink-ts run dist/job.js --input README.md
npx flink-ts run src/job.ts           # as it is, where Node runs TypeScript: from 22.18 on
\`\`\`

- \`src/job.ts\`: the job, with uids, by which its state is found again.
- \`src/count-words.ts\`: the function with the state of each word.
- \`src/job.test.ts\`: a test.

State that outlives the job: with \`-D execution.checkpointing.interval=10s -D execution.checkpointing.dir=/tmp/checkpoints\` it takes
checkpoints, and \`flink-ts savepoint <job> <directory>\` and \`flink-ts run -s <savepoint> dist/job.js\` take it along.
`
}

/** The import of a file that is not there would be looked for by who reads this one. */
const COUNT_WORDS_FILE = './count-words.ts'

const JOB = `import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import { CountWords } from '${COUNT_WORDS_FILE}'

const LINES = ['To be, or not to be: that is the question:', 'Whether it is nobler in the mind to suffer']

/** Counts words: prints each with how often it has come so far. */
export default function (env: StreamExecutionEnvironment, params: ParameterTool): void {
  const lines = params.has('input') ? env.readTextFile(params.getRequired('input')) : env.fromElements(...LINES)
  lines
    .uid('lines')
    .flatMap<string>((line, out) => {
      for (const word of line.toLowerCase().match(/[a-z]+/g) ?? []) out.collect(word)
    })
    .keyBy((word: string) => word)
    .map(new CountWords())
    .uid('counts')
    .print()
}
`

const COUNT_WORDS = `import { RichMapFunction, Types, ValueStateDescriptor, type ValueState } from 'flink-ts'

/** Has a count for each word, the key of the stream. */
export class CountWords extends RichMapFunction<string, string> {
  #count: ValueState<number> | undefined

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count', Types.LONG))
  }

  override map(word: string): string {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return \`\${word}: \${count}\`
  }
}
`

const TEST = `import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SeededRandom } from 'flink-ts/testing'

const FLINK_TS = fileURLToPath(new URL('bin/flink-ts.js', import.meta.resolve('flink-ts/package.json')))
const JOB = fileURLToPath(new URL('job.js', import.meta.url))
const WORDS = ['to', 'be', 'or', 'not']

test('the job counts each word of its input, in two parallel parts as well', () => {
  const random = new SeededRandom(1)
  const words = Array.from({ length: 200 }, () => WORDS[random.nextInt(WORDS.length)] ?? 'to')
  const counts = new Map<string, number>()
  const expected = words.map((word) => {
    const count = (counts.get(word) ?? 0) + 1
    counts.set(word, count)
    return \`\${word}: \${count}\`
  })

  const directory = mkdtempSync(join(tmpdir(), 'job-test-'))
  try {
    const input = join(directory, 'words.txt')
    writeFileSync(input, words.join('\\n'))
    const args = ['run', '-p', '2', \`-Dcluster.run-directory=\${directory}/run\`, JOB, '--input', input]
    const { status, stdout, stderr } = spawnSync(process.execPath, [FLINK_TS, ...args], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    const lines = stdout.split('\\n').map((line) => line.replace(/^\\d+> /, ''))
    const counted = lines.filter((line) => /^[a-z]+: \\d+$/.test(line))
    assert.deepEqual(counted.sort(), expected.sort())
  } finally {
    rmSync(directory, { recursive: true })
  }
})
`
