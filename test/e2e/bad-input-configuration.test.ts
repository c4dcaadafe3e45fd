/** What a user sees whose configuration is wrong, in a file or in -D, and whose URIs name a file system that is not there. */
import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { assertFailed } from './refusals.js'
import { Workspace, type CommandResult } from './command-line.js'

const JOB = `export default function job(env) {
  env.fromElements(1, 2).uid('numbers-id').print()
}
`
const CHECKPOINTED_JOB = `export default function job(env) {
  env.enableCheckpointing(1000)
  env.fromElements(1, 2).uid('numbers-id').print()
}
`
const READING_JOB = `export default function job(env, params) {
  env.readTextFile(params.get('input')).uid('lines-id').print()
}
`

interface Setting {
  /** Written as it stands; the run directory stands in line 1 of flink-conf.yaml. */
  readonly flat?: string
  readonly nested?: string
}

/** Runs a command with one configuration file of its own. */
async function runWith(setting: Setting, ...args: string[]): Promise<CommandResult> {
  const workspace = new Workspace()
  try {
    const runDirectory = path.join(workspace.path, 'run')
    workspace.file('job.js', JOB)
    workspace.file('checkpointed.js', CHECKPOINTED_JOB)
    workspace.file('reading.js', READING_JOB)
    rmSync(path.join(workspace.path, 'conf/flink-conf.yaml'))
    const { flat, nested } = setting
    if (nested === undefined) {
      workspace.file('conf/flink-conf.yaml', `cluster.run-directory: ${runDirectory}\n${flat ?? ''}`)
    } else {
      workspace.file('conf/config.yaml', `cluster:\n  run-directory: ${runDirectory}\n${nested}`)
    }
    return await workspace.run(...args)
  } finally {
    workspace.remove()
  }
}

describe('what a program sets wrong', () => {
  it('is refused before the job begins, also where it would be read at its end', async () => {
    const workspace = new Workspace()
    try {
      const job = workspace.file(
        'keeps.js',
        `export default function job(env) {
          env.enableCheckpointing(1000)
          env.getCheckpointConfig().setExternalizedCheckpointCleanup('KEEP')
          env.fromElements(1, 2).uid('numbers-id').print()
        }
        `,
      )
      const said = assertFailed(await workspace.run('run', job), [
        "Could not parse value 'KEEP' for key 'execution.checkpointing.externalized-checkpoint-retention'",
        'set in the program',
      ])
      assert.doesNotMatch(said, /submitted/)
    } finally {
      workspace.remove()
    }
  })
})

describe('a configuration file that is wrong', { concurrency: 2 }, () => {
  const rows: readonly (readonly [
    title: string,
    setting: Setting,
    words: readonly (string | RegExp)[],
    exit: number,
  ])[] = [
    [
      'a number that is none in flink-conf.yaml',
      { flat: '# how wide\nparallelism.default: many\n' },
      ["Could not parse value 'many' for key 'parallelism.default'", 'not a whole number', '/flink-conf.yaml:3)'],
      1,
    ],
    [
      'a number that is none in config.yaml',
      { nested: 'parallelism:\n  # how wide\n  default: many\n' },
      ["Could not parse value 'many' for key 'parallelism.default'", 'not a whole number', '/config.yaml:5)'],
      1,
    ],
    [
      'a word that is unknown in flink-conf.yaml',
      { flat: 'state.backend: mongo\n' },
      ["value 'mongo' for key 'state.backend'", 'Expected one of: [[hashmap', '/flink-conf.yaml:2)'],
      1,
    ],
    [
      'a word that is unknown in config.yaml',
      { nested: 'restart-strategy:\n  type: sometimes\n' },
      ["value 'sometimes' for key 'restart-strategy", 'Expected one of: ', 'fixed-delay', '/config.yaml:4)'],
      1,
    ],
    [
      'a duration that is none',
      { nested: 'execution:\n  checkpointing:\n    interval: soon\n' },
      ["value 'soon' for key 'execution.checkpointing.interval'", '/config.yaml:5)'],
      1,
    ],
    [
      'a bracket that is left open in config.yaml',
      { nested: 'parallelism:\n  default: [1\nstate: x\n' },
      ['Error parsing YAML configuration. ', /\/config\.yaml:[45]: /],
      31,
    ],
    [
      'a tab in config.yaml',
      { nested: 'parallelism:\n\tdefault: 1\n' },
      ['Error parsing YAML configuration. ', /\/config\.yaml:4: /, /tab/i],
      31,
    ],
  ]
  for (const [title, setting, words, exitCode] of rows) {
    it(`${title} is told with file and line`, async () => {
      const result = await runWith(setting, 'run', 'job.js')
      assertFailed(result, words, exitCode)
      assert.equal(result.stdout, '', 'nothing is submitted')
    })
  }

  it('stops every action, not only run', async () => {
    assertFailed(await runWith({ flat: 'parallelism.default: many\n' }, 'list'), ['/flink-conf.yaml:2)'])
  })

  it('a line that is no pair is skipped with a warning that names it', async () => {
    const { exitCode, stdout, stderr } = await runWith({ flat: 'parallelism.default:2\n' }, 'run', 'job.js')
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /^WARNING: \/.*\/flink-conf\.yaml: line 2 is skipped.*space after the colon/)
    assert.match(stdout, /Program execution finished/)
  })
})

describe('a configuration directory that is wrong', { concurrency: 2 }, () => {
  async function without(remove: (conf: string) => void): Promise<CommandResult> {
    const workspace = new Workspace()
    try {
      workspace.file('job.js', JOB)
      remove(path.join(workspace.path, 'conf'))
      return await workspace.run('run', 'job.js')
    } finally {
      workspace.remove()
    }
  }

  it('that is missing ends the command with 31 and names FLINK_CONF_DIR', async () => {
    const result = await without((conf) => {
      rmSync(conf, { recursive: true })
    })
    const words = ['The configuration directory ', "/conf'", "'FLINK_CONF_DIR' environment variable, does not exist."]
    assertFailed(result, words, 31)
  })

  it('without a file in it ends the command with 31 and names the file', async () => {
    const result = await without((conf) => {
      rmSync(path.join(conf, 'flink-conf.yaml'))
    })
    assertFailed(result, ['The configuration file ', /conf\/config\.yaml' cannot be read: /], 31)
  })

  it('with a directory in place of the file ends the command with 31', async () => {
    const result = await without((conf) => {
      rmSync(path.join(conf, 'flink-conf.yaml'))
      mkdirSync(path.join(conf, 'flink-conf.yaml'))
    })
    assertFailed(result, [/conf\/flink-conf\.yaml' cannot be read: /, 'directory'], 31)
  })
})

describe('a definition on the command line that is wrong', { concurrency: 2 }, () => {
  const rows: readonly (readonly [definition: string, words: readonly string[]])[] = [
    [
      '-Dparallelism.default',
      ["key 'parallelism.default'", 'not a whole number', '(set in -Dparallelism.default, which gives no value)'],
    ],
    ['-Dparallelism.default=two', ["value 'two' for key 'parallelism.default'", '(set in -Dparallelism.default=two)']],
    ['-Dstate.backend=mongo', ["value 'mongo'", 'Expected one of: [[hashmap', '(set in -Dstate.backend=mongo)']],
    ['-Dexecution.checkpointing.mode=MAYBE', ["value 'MAYBE'", '[[EXACTLY_ONCE, AT_LEAST_ONCE]]']],
    ['-Dtaskmanager.memory.task.heap.size=lots', ["value 'lots' for key 'taskmanager.memory.task.heap.size'"]],
  ]
  for (const [definition, words] of rows) {
    it(`${definition} is named, with what is allowed`, async () => {
      const result = await runWith({}, 'run', definition, 'job.js')
      assertFailed(result, words)
      assert.equal(result.stdout, '', 'nothing is submitted')
    })
  }
})

describe('a place that cannot be used', { concurrency: 2 }, () => {
  const noSuchScheme = [
    "Could not find a file system implementation for scheme 'gs'. The scheme is not directly supported by flink-ts and " +
      'no file system to support this scheme could be loaded.',
    "'gs://bucket/",
    'Use file:///, hdfs://, webhdfs://, swebhdfs://, s3://, s3a://, s3p://, or mount the storage as a local directory.',
  ]

  it('readTextFile from gs:// says which scheme is missing and what to do instead', async () => {
    assertFailed(await runWith({}, 'run', 'reading.js', '--input', 'gs://bucket/in.txt'), noSuchScheme)
  })

  it('passwords in a URI are not shown', async () => {
    const result = await runWith({}, 'run', 'reading.js', '--input', 'gs://ann:secret@bucket/in.txt')
    assertFailed(result, ["scheme 'gs'", "'gs://bucket/in.txt'"])
    assert.doesNotMatch(result.stderr, /secret/)
  })

  it('state.checkpoints.dir on gs:// is told before the job is submitted', async () => {
    const flat = 'state.checkpoints.dir: gs://bucket/checkpoints\n'
    const result = await runWith({ flat }, 'run', 'checkpointed.js')
    assertFailed(result, noSuchScheme)
    assert.equal(result.stdout, '')
  })

  it('state.backend.rocksdb.localdir on s3:// is told before the job is submitted', async () => {
    const place = 'state.backend.rocksdb.localdir=s3://ann:secret@bucket/state'
    const result = await runWith({}, 'run', `-D${place}`, 'checkpointed.js')
    assertFailed(result, ["scheme 's3'", "Name a local directory, not 's3://ann'."])
    assert.equal(result.stdout, '')
    assert.doesNotMatch(result.stderr, /secret/)
  })

  it('state.checkpoints.dir below a file is told before the job is submitted', async () => {
    const result = await runWith({}, 'run', '-Dstate.checkpoints.dir=job.js/checkpoints', 'checkpointed.js')
    assertFailed(result, [
      'The snapshot could not be written to ',
      /create of .*\/job\.js failed: a file .* in the way/,
    ])
    assert.equal(result.stdout, '')
  })

  it('a job without checkpoints does not ask for the directory', async () => {
    const result = await runWith({}, 'run', '-Dstate.checkpoints.dir=job.js/checkpoints', 'job.js')
    assert.equal(result.exitCode, 0, result.stderr)
  })

  it('a run directory below a file is told with the option that names it', async () => {
    const result = await runWith({}, 'run', '-Dcluster.run-directory=job.js/run', 'job.js')
    assertFailed(result, ['The run directory ', 'job.js/run cannot be used', 'Set cluster.run-directory'])
    assert.equal(result.stdout, '')
  })
})
