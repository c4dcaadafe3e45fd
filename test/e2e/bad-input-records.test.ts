/** What a user sees whose job fails on its way: at a record, in a function, in a worker, at a file or a socket. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import ts from 'typescript'
import { freePort } from './free-port.js'
import { assertFailed } from './refusals.js'
import { Workspace, type CommandResult } from './command-line.js'

const FILES: Readonly<Record<string, string>> = {
  'non-keyed.js': `import { RichMapFunction, ValueStateDescriptor } from 'flink-ts'
class Counter extends RichMapFunction {
  open() {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count'))
  }
  map(value) { return value }
}
export default (env) => env.fromElements(1, 2).uid('in-id').map(new Counter()).name('counter').uid('count-id').print()
`,
  'two-kinds.js': `import { ListStateDescriptor, RichMapFunction, ValueStateDescriptor } from 'flink-ts'
class Both extends RichMapFunction {
  open() {
    this.last = this.getRuntimeContext().getState(new ValueStateDescriptor('seen'))
    this.all = this.getRuntimeContext().getListState(new ListStateDescriptor('seen'))
  }
  map(value) { return value }
}
export default (env) =>
  env.fromElements(1, 2).uid('in-id').keyBy((n) => n).map(new Both()).name('both').uid('both-id').print()
`,
  'shared-function.js': `import { RichMapFunction } from 'flink-ts'
class Twice extends RichMapFunction {
  map(value) { return value * 2 }
}
export default function job(env) {
  const twice = new Twice()
  env.fromElements(1, 2).uid('in-id').map(twice).uid('first-id').map(twice).uid('second-id').print()
}
`,
  'function-in-record.js': `export default (env) =>
  env.fromElements(1, 2).uid('in-id').map((n) => ({ id: n, tags: [{ run: () => n }] })).name('tagger')
    .keyBy((record) => record.id).map((record) => record.id).print()
`,
  // Enough of them for each subtask to send one to the other worker: within a worker records go by reference.
  'symbol-in-record.js': `export default (env) =>
  env.fromElements(1, 2, 3, 4, 5, 6, 7, 8).uid('in-id').map((n) => ({ id: n, mark: Symbol('m') })).name('marker')
    .rebalance().map((record) => record.id).print()
`,
  'promise.js': `export default (env) =>
  env.fromElements(1, 2).uid('in-id').map(async (n) => n + 1).name('fetcher').print()
`,
  'null-key.js': `export default (env) =>
  env.fromElements(['a', 1], [null, 2]).uid('in-id').keyBy(0).sum(1).uid('sum-id').print()
`,
  'missing-field.js': `export default (env) =>
  env.fromElements({ user: 'ann' }, { usr: 'bob' }).uid('in-id').keyBy('user').map((record) => record).name('users').print()
`,
  'out-of-memory.js': `const kept = []
export default (env) =>
  env.fromSequence(1, 1e9).uid('in-id').map((n) => {
    for (let i = 0; i < 1000; i += 1) kept.push({ n, i, text: 'held ' + n + i })
    return kept.length
  }).filter(() => false).print()
`,
  'exits-in-map.js': `export default (env) =>
  env.fromElements(1).uid('in-id').map(() => process.exit(3)).print()
`,
  'loses-checkpoints.js': `import { renameSync, writeFileSync } from 'node:fs'
export default function job(env, params) {
  env.enableCheckpointing(20)
  const directory = params.get('directory')
  env.fromSequence(1, 1e9).uid('in-id').map((n) => {
    const end = performance.now() + 1
    while (performance.now() < end);
    // A checkpoint may be under way and make the directory again.
    for (let isLost = n !== 100; !isLost;) {
      try {
        renameSync(directory, directory + '-' + performance.now())
        writeFileSync(directory, 'no directory any more')
        isLost = true
      } catch {}
    }
    return n
  }).filter(() => false).print()
}
`,
  'reads.js': "export default (env, params) => env.readTextFile(params.get('input')).uid('in-id').print()\n",
  'writes.js': `export default (env, params) =>
  env.fromElements('a', 'b').uid('in-id').writeAsText(params.get('output'))
`,
  'socket.js': `export default (env, params) =>
  env.socketTextStream('127.0.0.1', params.getInt('port')).print()
`,
}

const PRICE_PARSER = `interface Quote {
  readonly price: number
}

function parse(line: string): Quote {
  return JSON.parse(line) as Quote
}

export default function job(env: any): void {
  env
    .fromElements('{"price":1}', 'no quote', '{"price":2}')
    .uid('in-id')
    .map((line: string) => parse(line).price)
    .name('price parser')
    .print()
}
`

const NO_RESTART = '-Drestart-strategy.type=none'
const NEVER_RESTARTED = /^(?![^]*RESTARTS_EXHAUSTED)/
const RESTARTS = ['-Drestart-strategy.type=fixed-delay', '-Drestart-strategy.fixed-delay.attempts=1000']

describe('a job that fails', { concurrency: 2 }, () => {
  let workspace: Workspace

  before(() => {
    workspace = new Workspace()
    for (const [name, text] of Object.entries(FILES)) workspace.file(name, text)
    const { outputText } = ts.transpileModule(PRICE_PARSER, {
      fileName: 'price-parser.ts',
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, inlineSourceMap: true },
    })
    workspace.file('price-parser.js', outputText)
  })

  after(() => {
    workspace.remove()
  })

  /** It was submitted, it failed once, and its end is told as a failed job with its cause. */
  function assertJobFailed(result: CommandResult, words: readonly (string | RegExp)[]): void {
    const [, jobId = 'none'] = /submitted with JobID ([0-9a-f]{32})\n/.exec(result.stdout) ?? []
    const chain = [`The main method caused an error: Job failed (JobID: ${jobId})\n`, 'Caused by: ']
    assertFailed(result, [...chain, ...words])
    assert.equal(result.stderr.split('\nCaused by: ').filter((cause) => cause.includes('JOB_EXECUTION')).length, 1)
  }

  const rows: readonly (readonly [title: string, args: readonly string[], words: readonly (string | RegExp)[]])[] = [
    [
      'keyed state on a stream that is not keyed, with the operator and the state',
      ['non-keyed.js'],
      ["counter asked for keyed state 'count', but its input is not keyed", "'keyBy()'", /non-keyed\.js:4:\d+\)/],
    ],
    [
      'one state name for two kinds of state, with both kinds',
      ['two-kinds.js'],
      ["State 'seen' of both was registered as value state and is asked for as list state", /two-kinds\.js:5:\d+\)/],
    ],
    [
      'a record with a function in it, with operator and field',
      ['-p', '2', 'function-in-record.js'],
      ['tagger emitted a record that cannot travel: tags[0].run is a function', 'Emit plain data'],
    ],
    [
      'a record with a symbol in it, with operator and field',
      ['-p', '2', 'symbol-in-record.js'],
      ['marker emitted a record that cannot travel: mark is a symbol', 'Emit plain data'],
    ],
    [
      'a function that throws, with operator, subtask and the line of its TypeScript',
      ['price-parser.js'],
      [
        'price parser (subtask 1 of 1) failed: SyntaxError: ',
        /^\tat parse \(.*\/price-parser\.ts:6:15\)\n\tat .*\/price-parser\.ts:13:28\)/m,
      ],
    ],
    [
      'a Promise from map, with the way to do asynchronous work',
      ['promise.js'],
      ['fetcher: map (async (n) => n + 1) returned a Promise', 'must be synchronous', 'the invoke of a sink'],
    ],
    [
      'a key that is null, with what to do about it',
      ['null-key.js'],
      [
        '[NULL_KEY]',
        `key selector of 'Keyed Aggregation' (keyBy after 'Source: Collection Source'): the key of a record is null`,
        'Filter such records before keyBy',
      ],
    ],
    [
      'a key field that a record lacks, with the field',
      ['missing-field.js'],
      [
        '[KEY_INVALID]',
        `key selector of 'users' (keyBy after 'Source: Collection Source')`,
        /: the key cannot be used: the record .* has no field user/,
      ],
    ],
    [
      'a worker out of memory, with the option that gives it more',
      ['-Dtaskmanager.memory.task.heap.size=20m', 'out-of-memory.js'],
      ['worker 0 (Source: Sequence Source -> ', ') ran out of memory', 'taskmanager.memory.task.heap.size'],
    ],
    [
      'a function that calls process.exit, as the death of its worker',
      ['exits-in-map.js'],
      ['worker 0 (Source: Collection Source -> ', ') died: its thread ended with code 3', 'process.exit'],
    ],
    [
      'a file that is not there, at once, though the job may restart',
      [...RESTARTS, 'reads.js', '--input', 'gone.txt'],
      [
        NEVER_RESTARTED,
        /Source: .* \(subtask 1 of 1\) failed: No such file or directory: (\/.*)\/gone\.txt\. Of this path \1 is there\./,
      ],
    ],
    [
      'a directory to write to that cannot be made',
      [...RESTARTS, 'writes.js', '--output', 'reads.js/out.txt'],
      [NEVER_RESTARTED, /create of \/.*\/reads\.js failed: a file of that name is in the way/],
    ],
  ]
  for (const [title, args, words] of rows) {
    it(`tells of ${title}`, async () => {
      assertJobFailed(await workspace.run('run', NO_RESTART, ...args), words)
    })
  }

  it('tells of a restart with the line of its TypeScript and with what ends it', async () => {
    const once = ['-Drestart-strategy.fixed-delay.attempts=1', '-Drestart-strategy.fixed-delay.delay=1ms']
    const { stderr } = await workspace.run('run', '-Drestart-strategy.type=fixed-delay', ...once, 'price-parser.js')
    const [first = '', ...rest] = stderr.split('\n')
    assert.match(first, /^WARNING: Attempt 1 of job .* \(at parse \/.*\/price-parser\.ts:6:15\)\. It restarts in 1 ms/)
    assert.match(first, /\. If it fails again each time: .* -D restart-strategy\.type=none lets it fail at once\.$/)
    // The last failure is told by the error alone, once and with the line.
    assert.equal(rest.filter((line) => line.includes('price-parser.ts:6:15')).length, 1, stderr)
  })

  it('does not hang where a file system takes no directories', { skip: !existsSync('/proc/self') }, async () => {
    const result = await workspace.run('run', NO_RESTART, 'writes.js', '--output', '/proc/none/out.txt')
    assertJobFailed(result, ['create of /proc/none failed: /proc takes no new entries'])
  })

  it('tells of a function object that two operators share, before the job is submitted', async () => {
    const result = await workspace.run('run', 'shared-function.js')
    assertFailed(result, [
      'used by two operators, Map (uid first-id) and Map (uid second-id)',
      'new MyFunction() twice',
    ])
    assert.equal(result.stdout, '')
  })

  it('tells of a socket that nobody listens on, with the address', async () => {
    const port = await freePort()
    const result = await workspace.run('run', NO_RESTART, 'socket.js', '--port', port)
    assertJobFailed(result, [`could not connect to 127.0.0.1:${port}`, 'ECONNREFUSED', `nc -lk ${port}`])
  })

  it('tells of checkpoints that can no longer be written', async () => {
    const directory = path.join(workspace.path, 'checkpoints')
    const place = [`-Dstate.checkpoints.dir=${directory}`, 'loses-checkpoints.js', '--directory', directory]
    const result = await workspace.run('run', NO_RESTART, ...place)
    assertJobFailed(result, [
      'Exceeded checkpoint tolerable failure threshold',
      'Caused by: FlinkError [CHECKPOINT_STORAGE_FAILED, ',
      `]: The snapshot could not be written to ${directory}/`,
    ])
  })

  it('leaves the failed job to be found with list -a', async () => {
    const failed = await workspace.run('run', NO_RESTART, 'promise.js')
    const [, jobId = ''] = /JobID ([0-9a-f]{32})/.exec(failed.stdout) ?? []
    const { exitCode, stdout } = await workspace.run('list', '-a')
    assert.equal(exitCode, 0)
    assert.match(stdout, new RegExp(`: ${jobId} : .* \\(FAILED\\)`))
  })
})
