/** The scripts of `flink-ts completion` in the shells that they are for, as these would call them. */
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY, userEnvironment, Workspace } from './command-line.js'

const JOB = `
import { RichSourceFunction } from 'flink-ts'

class Endless extends RichSourceFunction {
  async * run () { for (;;) { await new Promise((resolve) => setTimeout(resolve, 50)); yield 1 } }
}

export default async function (env, params) {
  env.addSource(new Endless()).addSink({ invoke () {} })
  await env.execute(params.get('name'))
}
`

function without(shell: string): string | false {
  return spawnSync(shell, ['--version']).status === 0 ? false : `${shell} is not installed`
}

describe('flink-ts completion', () => {
  const workspace = new Workspace()
  const jobIds: string[] = []
  let command = ''

  before(async () => {
    const job = workspace.file('job.mjs', JOB)
    workspace.file('my dir/inner job.mjs', JOB)
    workspace.file('[j]ob.mjs', JOB)
    command = workspace.file(
      'bin/flink-ts',
      `#!/bin/sh\nexec '${process.execPath}' '${REPOSITORY}/bin/flink-ts.js' "$@"\n`,
    )
    chmodSync(command, 0o755)
    for (const name of ['word-count', 'Two Words']) {
      const { stdout } = await workspace.run('run', '-d', job, '--name', name)
      jobIds.push(/JobID ([0-9a-f]{32})/.exec(stdout)?.[1] ?? '')
    }
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { exitCode, stdout, stderr } = await workspace.run('completion', shell)
      assert.equal(exitCode, 0, stderr)
      writeFileSync(path.join(workspace.path, `completion.${shell}`), stdout)
    }
  })

  after(async () => {
    for (const jobId of jobIds) await workspace.run('cancel', '--wait', jobId)
    workspace.remove()
  })

  function run(shell: string, args: readonly string[], script: string): string {
    const env = userEnvironment({
      FLINK_CONF_DIR: path.join(workspace.path, 'conf'),
      PATH: `${path.dirname(command)}:${process.env['PATH'] ?? ''}`,
    })
    const { status, stdout, stderr } = spawnSync(shell, [...args, '-c', script], {
      cwd: workspace.path,
      env,
      encoding: 'utf8',
    })
    assert.deepEqual([status, stderr], [0, ''], stdout)
    return stdout
  }

  /** What bash offers for the last word. */
  function inBash(...words: readonly string[]): string[] {
    const quoted = [command, ...words].map((word) => `'${word}'`).join(' ')
    const call = `COMP_WORDS=(${quoted}); COMP_CWORD=${String(words.length)}; _flink_ts; printf '%s\\n' "\${COMPREPLY[@]}"`
    const offered = run('bash', ['--norc'], `set -u; source completion.bash; ${call}`)
    return offered
      .split('\n')
      .filter((line) => line !== '')
      .sort()
  }

  const skipBash = without('bash')

  it('is known to bash once it is loaded', { skip: skipBash }, () => {
    assert.equal(
      run('bash', ['--norc'], 'source completion.bash; complete -p flink-ts'),
      'complete -F _flink_ts flink-ts\n',
    )
  })

  const rows: readonly (readonly [title: string, words: readonly string[], offered: readonly string[]])[] = [
    ['actions', ['sa'], ['savepoint']],
    ['actions of one letter', ['c'], ['cancel', 'check', 'checkpoint', 'completion']],
    ['short and long options', ['stop', '--d'], ['--drain']],
    ['values of an option', ['run', '-cm', ''], ['claim', 'no_claim']],
    ['values by their beginning', ['savepoint', '--type', 'n'], ['native']],
    ['nothing for a number', ['run', '-p', ''], []],
    ['words of an operand', ['completion', ''], ['bash', 'fish', 'zsh']],
    ['files for the job file, with blanks in their names', ['run', '-p', '4', 'my d'], ['my dir']],
    ['files among the arguments of a program, and no options of ours', ['run', 'job.mjs', '--par'], []],
    ['second words of actions', ['state', 'ex'], ['export']],
    ['options of an action of two words', ['savepoint', 'rescale', '--m'], ['--max-parallelism']],
    ['files for what an option is to be given', ['run', '-s', 'job.m'], ['job.mjs']],
    [
      'options after a setting, which bash takes for three words',
      ['run', '-D', 'a', '=', 'b', '--det'],
      ['--detached'],
    ],
    ['options after a URI', ['run', '-s', 'file', ':', '///x', '--det'], ['--detached']],
    ['values after an equals sign', ['savepoint', '--type', '='], ['canonical', 'native']],
    ['values by their beginning after one', ['savepoint', '--type', '=', 'n'], ['native']],
    ['a file whose name is a pattern as it is', ['run', '[j'], ['[j]ob.mjs']],
    ['nothing after what is no action', ['nothing', ''], []],
  ]
  for (const [title, words, offered] of rows) {
    it(`offers ${title} in bash`, { skip: skipBash }, () => {
      assert.deepEqual(inBash(...words), offered)
    })
  }

  it('offers ids of jobs that run in bash, and names where they are one word', { skip: skipBash }, () => {
    assert.deepEqual(inBash('cancel', ''), [...jobIds, 'word-count'].sort())
    assert.deepEqual(inBash('cancel', 'word'), ['word-count'])
    const [first = ''] = jobIds
    assert.deepEqual(inBash('stop', '-p', 'job.mjs', first.slice(0, 12)), [first])
  })

  it('is read by zsh, which knows it then', { skip: without('zsh') }, () => {
    const script = 'autoload -U compinit; compinit -D; source ./completion.zsh; print -r -- $_comps[flink-ts]'
    assert.equal(run('zsh', ['-f'], script), '_flink_ts\n')
  })

  it('offers actions, options and jobs in fish', { skip: without('fish') }, () => {
    const offered = (line: string): string =>
      run('fish', ['--no-config'], `source completion.fish; complete -C '${line}'`)
    assert.match(offered('flink-ts sa'), /^savepoint\t/)
    assert.match(offered('flink-ts cancel '), new RegExp(`^${jobIds[0] ?? '?'}\tword-count$`, 'm'))
    assert.match(offered('flink-ts run -cm '), /^no_claim(?:\t|$)/m)
  })

  it('is refused for a shell that it does not know, and told as JSON like other answers', async () => {
    for (const [args, told] of [
      [[], /Missing the shell\. Name one of bash, zsh, fish\./],
      [['tcsh'], /There is no completion for "tcsh"\. Name one of bash, zsh, fish\./],
    ] as const) {
      const { exitCode, stdout } = await workspace.run('completion', ...args)
      assert.equal(exitCode, 1)
      assert.match(stdout, told)
    }
    const { stdout } = await workspace.run('completion', 'bash', '--json')
    const { shell, script } = JSON.parse(stdout) as { shell: string; script: string }
    assert.deepEqual([shell, script.startsWith('# bash completion')], ['bash', true])
  })
})
