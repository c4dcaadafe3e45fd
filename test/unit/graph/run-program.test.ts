import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Pipeline, PipelineExecutor } from '../../../src/api/environment/pipeline-executor.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { runProgram } from '../../../src/graph/run-program.js'
import { temporaryDirectory } from './temporary-directory.js'

const ENVIRONMENT = new URL('../../../src/api/environment/stream-execution-environment.js', import.meta.url).href
const RUN_PROGRAM = new URL('../../../src/graph/run-program.js', import.meta.url).href
const IMPORT = `import { StreamExecutionEnvironment } from ${JSON.stringify(ENVIRONMENT)}\n`

/** Takes every job and says at once that it finished. */
class RecordingExecutor implements PipelineExecutor {
  readonly pipelines: Pipeline[] = []

  submit(pipeline: Pipeline): ReturnType<PipelineExecutor['submit']> {
    this.pipelines.push(pipeline)
    const jobId = String(this.pipelines.length)
    return Promise.resolve({
      jobId,
      result: () => Promise.resolve({ jobId, netRuntimeMs: 1, accumulatorResults: {} }),
      cancel: () => Promise.resolve(),
      status: () => Promise.resolve('FINISHED'),
      triggerSavepoint: () => Promise.resolve(''),
      stopWithSavepoint: () => Promise.resolve(''),
      nextResults: () => Promise.resolve(undefined),
      discardResults: () => undefined,
    })
  }

  get jobNames(): string[] {
    return this.pipelines.map((pipeline) => pipeline.jobName)
  }
}

interface Program {
  readonly text: string
  readonly entry?: string
  readonly args?: readonly string[]
  readonly configuration?: Readonly<Record<string, string>>
}

async function run(context: TestContext, program: Program, evaluations = [0]): Promise<RecordingExecutor> {
  const directory = await temporaryDirectory(context, { 'job.mjs': program.text })
  const executor = new RecordingExecutor()
  const moduleUrl = pathToFileURL(join(directory, 'job.mjs')).href
  const { entry, args = [], configuration = {} } = program
  for (const evaluation of evaluations) {
    await runProgram({ moduleUrl, entry, args, configuration }, executor, evaluation)
  }
  return executor
}

const CALLS_MAIN = `${IMPORT}export async function main(args) {
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  env.fromElements(1).print()
  await env.execute(args.join(' '))
}
`

describe('a program', () => {
  test('with a job function is executed for it, with its parameters and configuration', async (context) => {
    const text = `export default (env, params) => { env.fromElements(params.getRequired('word')).print(params.get('word')) }`
    const args = ['--word', 'hello']
    const { pipelines } = await run(context, { text, args, configuration: { 'parallelism.default': '3' } })
    assert.equal(pipelines.length, 1)
    assert.ok((pipelines[0]?.transformations.length ?? 0) >= 2)
    assert.equal(pipelines[0]?.configuration.getString('parallelism.default'), '3')
  })

  test('with a job function that calls execute() itself is not executed again', async (context) => {
    const text = `export default async (env) => {
      for (const name of ['a', 'b']) { env.fromElements(1).print(); await env.execute(name) }
    }`
    assert.deepEqual((await run(context, { text })).jobNames, ['a', 'b'])
  })

  test("in Flink's style gets its arguments in main", async (context) => {
    assert.deepEqual((await run(context, { text: CALLS_MAIN, args: ['x', 'y'] })).jobNames, ['x y'])
  })

  test('may be a class named with -c', async (context) => {
    const text = `${CALLS_MAIN}export class Job { static main(args) { return main(['job', ...args]) } }\n`
    assert.deepEqual((await run(context, { text, entry: 'Job', args: ['1'] })).jobNames, ['job 1'])
  })

  test('may be a module that runs while it is imported', async (context) => {
    const text = `${IMPORT}const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(1).print()
await env.execute('top level')
`
    assert.deepEqual((await run(context, { text })).jobNames, ['top level'])
  })
})

describe('a further run of a program', () => {
  const countingRuns = `let runs = 0
${IMPORT}const env = StreamExecutionEnvironment.getExecutionEnvironment()
`
  const jobFunction = `${countingRuns}export default async () => { env.fromElements(1).print(); await env.execute(String(++runs)) }`
  const script = `${countingRuns}env.fromElements(1).print()
await env.execute(String(++runs))
`

  test('with the same number runs the job function of the same module again', async (context) => {
    assert.deepEqual((await run(context, { text: jobFunction }, [0, 0, 0])).jobNames, ['1', '2', '3'])
  })

  test('with a new number evaluates the module anew', async (context) => {
    assert.deepEqual((await run(context, { text: jobFunction }, [0, 1, 1, 2])).jobNames, ['1', '1', '2', '1'])
    assert.deepEqual((await run(context, { text: script }, [0, 1])).jobNames, ['1', '1'])
  })

  test('of a script that waits in its first execute() is refused, but with a new number', async (context) => {
    const directory = await temporaryDirectory(context, { 'job.mjs': script })
    const moduleUrl = pathToFileURL(join(directory, 'job.mjs')).href
    const program = { moduleUrl, entry: undefined, args: [], configuration: {} }
    const submitted: string[] = []
    const neverDone: PipelineExecutor = {
      submit: ({ jobName }) => {
        submitted.push(jobName)
        return new Promise(() => undefined)
      },
    }
    for (const evaluation of [0, 1, 2]) {
      void runProgram(program, neverDone, evaluation)
      while (submitted.length <= evaluation) await new Promise((resolve) => setImmediate(resolve))
      await assert.rejects(runProgram(program, neverDone, evaluation), { code: 'PROGRAM_NO_JOB' })
    }
    assert.deepEqual(submitted, ['1', '1', '1'])
  })

  test('of a script that has run is refused, but with a new number', async (context) => {
    await assert.rejects(run(context, { text: script }, [0, 0]), /defines no job.*was done before/)
  })
})

describe('a program is refused', () => {
  const cases: readonly (readonly [title: string, program: Program, code: string, message: RegExp])[] = [
    ['when its job function adds nothing', { text: 'export default () => {}' }, 'PROGRAM_NO_JOB', /defines no job/],
    ['when its script does nothing', { text: 'export const a = 1' }, 'PROGRAM_NO_JOB', /job\.mjs defines no job/],
    ['when its main never executes', { text: 'export function main() {}' }, 'PROGRAM_NO_JOB', /defines no job/],
    [
      'when it adds operators and never executes',
      { text: `${IMPORT}StreamExecutionEnvironment.getExecutionEnvironment().fromElements(1).print()\n` },
      'PROGRAM_NO_JOB',
      /operators were added to an environment, but its execute\(\) was never called\. End with `await env\.execute\(\)`/,
    ],
    [
      'when it does nothing with its sources',
      { text: 'export default (env) => { env.fromElements(1).keyBy((value) => value) }' },
      'PROGRAM_NO_JOB',
      /its sources have no operator and no sink/,
    ],
    [
      'when it executes an environment without operators',
      { text: `${IMPORT}await StreamExecutionEnvironment.getExecutionEnvironment().execute()\n` },
      'PROGRAM_NO_JOB',
      /no operator was added/,
    ],
    [
      'when its entry is unknown',
      { text: 'export function main() {}', entry: 'Job' },
      'PROGRAM_ENTRY_NOT_FOUND',
      /'Job' was not found [^]*exports of .*job\.mjs are: main/,
    ],
    [
      'when its main throws',
      { text: "export default () => { throw new TypeError('no such field') }" },
      'PROGRAM_MAIN_FAILED',
      /The main method caused an error: no such field/,
    ],
    [
      'when its main rejects',
      { text: "export async function main() { throw new TypeError('too late') }" },
      'PROGRAM_MAIN_FAILED',
      /too late/,
    ],
    [
      'by its own parameters, without another error around it',
      { text: "export default (env, params) => { params.getRequired('input') }" },
      'PROGRAM_PARAMETER_INVALID',
      /input/,
    ],
  ]
  for (const [title, program, code, message] of cases) {
    test(title, async (context) => {
      await assert.rejects(run(context, program), (error) => {
        assert.ok(FlinkError.is(error), String(error))
        assert.equal(error.code, code)
        assert.match(error.message, message)
        return true
      })
    })
  }
})

describe('in a thread of its own, where it can be known that nothing is left to wait for, a program', () => {
  const executes = `${IMPORT}const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(1).print()
`
  const never = 'await new Promise(() => undefined)\n'
  const cases: readonly (readonly [title: string, text: string, outcome: string])[] = [
    ['may call execute() after its import', `${executes}setTimeout(() => env.execute('late'), 20)\n`, 'late'],
    ['is refused when it calls none', 'setTimeout(() => undefined, 20)\n', 'PROGRAM_NO_JOB'],
    ['is refused when its import never ends', never, 'PROGRAM_NEVER_EXECUTES'],
    ['is refused when its main never ends', `export default async () => { ${never} }\n`, 'PROGRAM_NEVER_EXECUTES'],
  ]
  for (const [title, text, outcome] of cases) {
    test(title, async (context) => {
      const directory = await temporaryDirectory(context, { 'job.mjs': text })
      const program = { moduleUrl: pathToFileURL(join(directory, 'job.mjs')).href, args: [], configuration: {} }
      const source = `import { parentPort } from 'node:worker_threads'
        import { runProgram } from ${JSON.stringify(RUN_PROGRAM)}
        parentPort.on('message', () => undefined)
        const tell = (what) => { parentPort.postMessage(what) }
        const submit = ({ jobName }) => { tell(jobName); return new Promise(() => undefined) }
        runProgram(${JSON.stringify(program)}, { submit }).catch((error) => { tell(error.code) })`
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
      context.after(() => worker.terminate())
      const seen = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
      assert.equal(seen, outcome)
    })
  }
})

describe('with a new number all modules of a program are evaluated anew', () => {
  const MAKES = 'export const own = {}\n'
  const FILES = {
    'a.mjs': "export * from './lib/b.mjs'\n",
    'lib/b.mjs': MAKES,
    'c.cjs': "exports.own = require('./lib/d.cjs').own\n",
    'lib/d.cjs': 'exports.own = {}\n',
    'e.json': '{ "own": {} }',
    'node_modules/installed/package.json': '{"type":"module","exports":"./main.js"}',
    'node_modules/installed/main.js': MAKES,
  }
  const cases: readonly (readonly [title: string, line: string, isNew: boolean])[] = [
    ['imported ones', "const { own } = await import('./a.mjs')", true],
    ['required ones', "import { own } from './c.cjs'", true],
    ['JSON', "import json from './e.json' with { type: 'json' }; const { own } = json", true],
    ['not those of installed packages', "import { own } from 'installed'", false],
  ]
  for (const [title, line, isNew] of cases) {
    test(title, async (context) => {
      const text = `${line}\nglobalThis.seenByTest.push(own)\nexport default (env) => { env.fromElements(1).print() }\n`
      const directory = await temporaryDirectory(context, { ...FILES, 'job.mjs': text })
      const moduleUrl = pathToFileURL(join(directory, 'job.mjs')).href
      const seen: unknown[] = []
      Reflect.set(globalThis, 'seenByTest', seen)
      const program = { moduleUrl, entry: undefined, args: [], configuration: {} }
      for (const evaluation of [0, 1, 2]) await runProgram(program, new RecordingExecutor(), evaluation)
      assert.equal(new Set(seen).size, isNew ? 3 : 1)
    })
  }
})

test('a script in a worker sees its arguments as node would show them', async (context) => {
  const text = "import { parentPort } from 'node:worker_threads'\nparentPort.postMessage(process.argv.slice(2))\n"
  const directory = await temporaryDirectory(context, { 'job.mjs': text })
  const program = { moduleUrl: pathToFileURL(join(directory, 'job.mjs')).href, args: ['--a', 'b'], configuration: {} }
  const source = `import { runProgram } from ${JSON.stringify(RUN_PROGRAM)}
    runProgram(${JSON.stringify(program)}, {}).catch(() => undefined)`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
  const seen = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
  assert.deepEqual(seen, ['--a', 'b'])
})
