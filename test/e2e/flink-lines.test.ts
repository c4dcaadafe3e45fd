/**
 * Short command lines of Flink's reference and what each must print, on which stream, with which exit code: what of it needs no
 * job. `transcripts.test.ts` has the long ones.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Workspace } from './command-line.js'

const JOB = '00000000000000000000000000000000'
const HINT = '\n\nUse the help option (-h or --help) to get help on the command.\n'
const BLOCK = `\n${'-'.repeat(60)}\n The program finished with the following exception:\n\n`
const EMPTY_LIST = 'Waiting for response...\nNo running jobs.\nNo scheduled jobs.\n'
const EXCEPTION = 'org.apache.flink.util.FlinkException'
const ILLEGAL = 'java.lang.IllegalArgumentException'
const PROGRAM = 'org.apache.flink.client.program.ProgramInvocationException'
const CANCELLED = 'DEPRECATION WARNING: Cancelling a job with savepoint is deprecated. Use "stop" instead.\n'
const TYPES = `${ILLEGAL}: Could not parse value for enum class org.apache.flink.core.execution.SavepointFormatType. Expected one of: [[CANONICAL, NATIVE]]`
const MODES = `${ILLEGAL}: Could not parse value for enum class org.apache.flink.core.execution.RecoveryClaimMode. Expected one of: [[CLAIM, NO_CLAIM, LEGACY]]`

function cancelling(where: string): string {
  return `${CANCELLED}Cancelling job ${JOB} with CANONICAL savepoint to ${where}.\n`
}

const STOPPING = `Suspending job "${JOB}" with a CANONICAL savepoint.\nTriggering stop-with-savepoint for job ${JOB}.\nWaiting for response...\n`

/** Bad arguments: the message, on standard output, with the advice. */
const REFUSED: readonly (readonly [line: string, message: string])[] = [
  ['run .', 'Could not get job jar and dependencies from JAR file: JAR file is not a file: <DIR>'],
  ['run missing.js', 'Could not get job jar and dependencies from JAR file: JAR file does not exist: <DIR>/missing.js'],
  [
    'run -j missing.js',
    'Could not get job jar and dependencies from JAR file: JAR file does not exist: <DIR>/missing.js',
  ],
  ['info missing.js', 'Could not get job jar and dependencies from JAR file: JAR file does not exist: missing.js'],
  ['run -p x job.js', 'The parallelism must be a positive number: x'],
  ['run -p -2 job.js', 'The parallelism must be a positive number: -2'],
  ['run-application -p 0 job.js', 'The parallelism must be a positive number: 0'],
  ['run -C lib job.js', 'Bad syntax for classpath: lib'],
  ['run -C file:///a -C lib job.js', 'Bad syntax for classpath: lib'],
  ['run --c x job.js', "Ambiguous option: '--c'  (could be: 'class', 'classpath', 'claimMode')"],
  ['run -d -p', 'Missing argument for option: p'],
  ['run --fromSavepoint', 'Missing argument for option: s'],
  ['run -rm', 'Missing argument for option: rm'],
  ['info -c', 'Missing argument for option: c'],
  ['list -d', 'Unrecognized option: -d'],
  ['list job --foo', 'Unrecognized option: --foo'],
  ['stop', 'Missing JobId'],
  ['stop -p', 'Missing JobId'],
  ['stop -d -p', 'Missing JobId'],
  [`stop -s dir ${JOB}`, 'Unrecognized option: -s'],
  ['stop -type', 'Missing argument for option: type'],
  ['cancel', 'Missing JobID. Specify a JobID to cancel a job.'],
  ['cancel -s', 'Missing JobId'],
  [`cancel -type ${JOB}`, 'Missing JobID. Specify a JobID to cancel a job.'],
  [`cancel ${JOB} -m`, 'Missing argument for option: m'],
  ['savepoint', 'Missing JobID. Specify a Job ID to trigger a savepoint.'],
  ['savepoint -d', 'Missing argument for option: d'],
  [`savepoint -s ${JOB}`, 'Unrecognized option: -s'],
  ['checkpoint', 'Missing JobID. Specify a Job ID to manipulate a checkpoint.'],
  [`checkpoint -f ${JOB}`, 'Unrecognized option: -f'],
]

/** What fails later: what is printed until then, and the first line of the block. */
const FAILED: readonly (readonly [line: string, stdout: string, message: string])[] = [
  ['run -m host job.js', '', `${ILLEGAL}: The given host:port ('host') doesn't contain a valid port`],
  ['run -cm mine job.js', '', MODES],
  ['run -rm mine job.js', '', MODES],
  ['run -c Missing job.js', '', `${PROGRAM}: The program's entry point class 'Missing' was not found in the jar file.`],
  ['run throws.js', '', `${PROGRAM}: The main method caused an error: planned`],
  [`stop ${JOB}`, STOPPING, `${EXCEPTION}: Could not stop with a savepoint job "${JOB}".`],
  [`stop -p ${JOB}`, STOPPING, `${EXCEPTION}: Could not stop with a savepoint job "${JOB}".`],
  [`stop ${JOB} -p`, STOPPING, `${EXCEPTION}: Could not stop with a savepoint job "${JOB}".`],
  [
    `stop --drain ${JOB}`,
    STOPPING.replace('Suspending', 'Draining'),
    `${EXCEPTION}: Could not stop with a savepoint job "${JOB}".`,
  ],
  [
    `stop -detached ${JOB}`,
    STOPPING.replace('savepoint for job', 'savepoint in detached mode for job').replace(/Waiting.*\n/, ''),
    `${EXCEPTION}: Could not stop with a detached savepoint job "${JOB}".`,
  ],
  [`stop -type rocks ${JOB}`, '', TYPES],
  [`savepoint -type rocks ${JOB}`, '', TYPES],
  [`cancel -type rocks -s dir ${JOB}`, '', TYPES],
  [`cancel ${JOB} more words`, `Cancelling job ${JOB}.\n`, `${EXCEPTION}: Could not cancel job ${JOB}.`],
  [`cancel -s ${JOB}`, cancelling('default savepoint directory'), `${EXCEPTION}: Could not cancel job ${JOB}.`],
  [`cancel ${JOB} -s`, cancelling('default savepoint directory'), `${EXCEPTION}: Could not cancel job ${JOB}.`],
  [
    `cancel -s -m localhost:1 ${JOB}`,
    cancelling('default savepoint directory'),
    `${EXCEPTION}: Could not cancel job ${JOB}.`,
  ],
  [`cancel ${JOB} -s dir`, cancelling('dir'), `${EXCEPTION}: Could not cancel job ${JOB}.`],
  [`cancel -s=dir ${JOB}`, cancelling('dir'), `${EXCEPTION}: Could not cancel job ${JOB}.`],
  [`cancel -sdir ${JOB}`, cancelling('dir'), `${EXCEPTION}: Could not cancel job ${JOB}.`],
  [`cancel --withSavepoint=dir ${JOB}`, cancelling('dir'), `${EXCEPTION}: Could not cancel job ${JOB}.`],
  [
    `savepoint ${JOB} dir and more`,
    `Provided more arguments than required. Ignoring not needed arguments.\nTriggering savepoint for job ${JOB}.\nWaiting for response...\n`,
    `${EXCEPTION}: Failed to trigger a savepoint for the job ${JOB}.`,
  ],
  [
    'savepoint -dispose missing',
    "Disposing savepoint 'missing'.\nWaiting for response...\n",
    `${EXCEPTION}: Failed to dispose the savepoint 'missing'.`,
  ],
  [
    `checkpoint --ful ${JOB}`,
    `Triggering checkpoint for job ${JOB}.\nWaiting for response...\n`,
    `${EXCEPTION}: Failed to trigger a checkpoint for the job ${JOB}.`,
  ],
]

/** What ends well, and all that it prints on standard output. */
const DONE: readonly (readonly [line: string, stdout: string])[] = [
  ['list -rs', EMPTY_LIST],
  ['list -r -s some words', EMPTY_LIST],
  ['list -v -a', EMPTY_LIST],
  ['list -r', 'Waiting for response...\nNo running jobs.\n'],
  ['list -s', 'Waiting for response...\nNo scheduled jobs.\n'],
  ['list -yid application_1 -yz x -z y', EMPTY_LIST],
]

describe('A command line of Flink', { concurrency: 2 }, () => {
  let workspace: Workspace

  before(() => {
    workspace = new Workspace()
    workspace.file('job.js', "export default (env) => env.fromElements(1).uid('in').print()\n")
    workspace.file('throws.js', "export default () => { throw new Error('planned') }\n")
  })

  after(() => {
    workspace.remove()
  })

  async function run(line: string): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
    const { exitCode, ...texts } = await workspace.run(...line.split(' '))
    const [stdout, stderr] = [texts.stdout, texts.stderr].map((text) => text.replaceAll(workspace.path, '<DIR>'))
    return { exitCode, stdout: stdout ?? '', stderr: stderr ?? '' }
  }

  for (const [line, message] of REFUSED) {
    it(`is refused on standard output: ${line}`, async () => {
      assert.deepEqual(await run(line), { exitCode: 1, stdout: message + HINT, stderr: '' })
    })
  }

  for (const [line, printed, message] of FAILED) {
    it(`fails in a block on standard error: ${line}`, async () => {
      const { exitCode, stdout, stderr } = await run(line)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: printed }, stderr)
      const [first] = stderr.slice(BLOCK.length).split('\n')
      assert.equal(stderr.slice(0, BLOCK.length) + (first ?? ''), BLOCK + message)
    })
  }

  for (const [line, stdout] of DONE) {
    it(`is answered: ${line}`, async () => {
      const result = await run(line)
      assert.deepEqual([result.exitCode, result.stdout], [0, stdout], result.stderr)
    })
  }

  for (const line of [
    'list -m',
    'run -t',
    'stop -D',
    'cancel -z',
    'savepoint -e',
    'checkpoint --target',
    'info -yid',
  ]) {
    it(`ends with 31 where an option that all actions share has no value: ${line}`, async () => {
      const [, option = ''] = /-(\w+)$/.exec(line) ?? []
      const stderr = `Missing argument for option: ${option === 'target' ? 't' : option}\n`
      assert.deepEqual(await run(line), { exitCode: 31, stdout: '', stderr })
    })
  }

  it('ends with 31 where there is no configuration', async () => {
    const lost = new Workspace({}, { FLINK_CONF_DIR: '/nowhere' })
    try {
      const { exitCode, stdout, stderr } = await lost.run('list')
      assert.deepEqual({ exitCode, stdout }, { exitCode: 31, stdout: '' })
      const told =
        "The configuration directory '/nowhere', specified in the 'FLINK_CONF_DIR' environment variable, does not exist."
      assert.ok(stderr.includes(told), stderr)
    } finally {
      lost.remove()
    }
  })
})
