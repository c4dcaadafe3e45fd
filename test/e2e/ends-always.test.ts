/** A process that cannot do its work says why and what to do, ends with a code, and leaves no process. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, it } from 'node:test'
import { REPOSITORY, RunningCommand, userEnvironment, Workspace, type CommandResult } from './command-line.js'
import { watchOrphans } from './orphan-watch.js'
import { assertFailed } from './refusals.js'

const JOB = `export default (env) => { env.fromElements(1, 2).print() }\n`
const TOO_LONG = 'x'.repeat(110)
const GUARD = pathToFileURL(path.join(REPOSITORY, 'dist/src/cli/guard-process-end.js')).href

/** Runs the command line from a shell that first does something to itself. */
function inShell(workspace: Workspace, before: string, ...args: readonly string[]): Promise<CommandResult> {
  const command = [process.execPath, path.join(REPOSITORY, 'bin/flink-ts.js'), ...args]
    .map((arg) => `'${arg}'`)
    .join(' ')
  const configuration = { FLINK_CONF_DIR: path.join(workspace.path, 'conf') }
  const env = userEnvironment({ ...configuration, ...watchOrphans(workspace.path) })
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const child = spawn('/bin/sh', ['-c', `${before}; exec ${command}`], {
    cwd: workspace.path,
    env,
    stdio: [...stdio],
  })
  return new RunningCommand(child).ended
}

/** Processes that carry the mark of the workspace; none where there is no /proc. */
function processesOf(workspace: Workspace): string[] {
  const [mark = ''] = Object.entries(watchOrphans(workspace.path)).map(([name, value]) => `${name}=${value}\0`)
  try {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(mark))
  } catch {
    return []
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return ''
  }
}

/** A detached process may still be on its way out when its command has told of it. */
async function assertNobodyIsLeft(workspace: Workspace): Promise<void> {
  for (let asked = 0; asked < 200 && processesOf(workspace).length > 0; asked += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.deepEqual(processesOf(workspace), [])
  const left = readdirSync(workspace.path, { recursive: true }).filter((file) =>
    /\.(sock|tmp|json)$/.test(String(file)),
  )
  assert.deepEqual(left, [])
}

/** What is wrong, what `run` and `run -d` say of it and what they advise. */
const REFUSED_STARTS: readonly (readonly [
  what: string,
  options: readonly string[],
  environment: (workspace: Workspace) => Readonly<Record<string, string>>,
  words: readonly (string | RegExp)[],
])[] = [
  [
    'its home directory is not known',
    ['-Dcluster.run-directory=~/run'],
    () => ({ HOME: '' }),
    ['[HOME_DIRECTORY_MISSING]', 'HOME is empty', 'Set HOME, or cluster.run-directory'],
  ],
  [
    'its run directory takes no entries',
    ['-Dcluster.run-directory=/dev/fd/none'],
    () => ({}),
    ['[RUN_DIRECTORY_UNUSABLE]', 'Set cluster.run-directory to a directory of yours'],
  ],
  [
    'the path of its control socket is too long, here and in the temporary directory',
    [`-Dcluster.run-directory=${TOO_LONG}`],
    (workspace) => ({ TMPDIR: path.join(workspace.path, TOO_LONG) }),
    ['[RUN_DIRECTORY_UNUSABLE]', 'would be too long, and so would', 'Set cluster.run-directory'],
  ],
]

describe('a job process that cannot begin', { skip: process.platform === 'win32' && 'POSIX' }, () => {
  for (const [what, options, settingsOf, words] of REFUSED_STARTS) {
    it(`ends where ${what}, attached and detached`, async () => {
      const workspace = new Workspace()
      const job = workspace.file('job.mjs', JOB)
      const settings = Object.entries(settingsOf(workspace)).map(([name, value]) => `export ${name}='${value}'`)
      for (const detached of [[], ['-d']]) {
        const result = await inShell(workspace, [...settings, ':'].join('; '), 'run', ...detached, ...options, job)
        assertFailed(result, words)
      }
      await assertNobodyIsLeft(workspace)
      workspace.remove()
    })
  }

  it('ends where its working directory has gone', async () => {
    const workspace = new Workspace()
    const job = workspace.file('job.mjs', JOB)
    mkdirSync(path.join(workspace.path, 'gone'))
    for (const action of [['run', job], ['list']]) {
      mkdirSync(path.join(workspace.path, 'gone'), { recursive: true })
      const result = await inShell(workspace, 'cd gone; rmdir ../gone', ...action)
      assertFailed(result, ['[WORKING_DIRECTORY_MISSING]', 'Change to one that is there'])
    }
    workspace.remove()
  })

  const linuxOnly = process.platform !== 'linux' && 'only Linux tells its limit'
  it('ends where it may open too few files, whenever it comes upon that', { skip: linuxOnly }, async () => {
    const workspace = new Workspace()
    const job = workspace.file('job.mjs', JOB)
    for (const limit of [25, 29, 33]) {
      const { exitCode, stderr } = await inShell(workspace, `ulimit -n ${String(limit)}`, 'run', job)
      assert.equal(exitCode, 1, stderr)
      assert.match(stderr, /Raise the limit of open files \(ulimit -n\) to 256 or more/)
    }
    await assertNobodyIsLeft(workspace)
    workspace.remove()
  })
})

describe('the end of a process of the command line', () => {
  const ends: readonly (readonly [how: string, code: string, exitCode: number, stderr: RegExp])[] = [
    [
      'has an error and a code when nothing is left to wait for before its work is done',
      'await new Promise(() => undefined)',
      1,
      /\[INTERNAL_ERROR\].*nothing left to wait for/,
    ],
    [
      'has an error and a code when something is thrown where nobody waits for it',
      'setImmediate(() => { throw new TypeError("nobody waits") })\nawait new Promise(() => setInterval(() => 0, 1000))',
      1,
      /\[INTERNAL_ERROR\].*TypeError: nobody waits/,
    ],
    [
      'comes although something still holds it after its work',
      'setInterval(() => 0, 1000)\nworkDone(3)',
      3,
      /WARNING: .* held by .*Timeout/,
    ],
    ['is its own where nothing is wrong', 'workDone(0)', 0, /^$/],
    ['is its own with another code', 'process.exit(130)', 130, /^$/],
  ]
  for (const [how, code, expected, words] of ends) {
    it(how, async () => {
      const text = `import { guardProcessEnd } from '${GUARD}'\nconst workDone = guardProcessEnd(200)\n${code}\n`
      const child = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: ['ignore', 'pipe', 'pipe'] })
      const { exitCode, stderr } = await new RunningCommand(child).ended
      assert.equal(exitCode, expected, stderr)
      assert.match(stderr, words)
    })
  }
})
