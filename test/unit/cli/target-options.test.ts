import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, it } from 'node:test'
import type { CliCommand } from '../../../src/cli/arguments/cli-command.js'
import { cancelCommand } from '../../../src/cli/commands/cancel.js'
import { checkpointCommand } from '../../../src/cli/commands/checkpoint.js'
import { infoCommand } from '../../../src/cli/commands/info.js'
import { listCommand } from '../../../src/cli/commands/list.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { savepointCommand } from '../../../src/cli/commands/savepoint.js'
import { stopCommand } from '../../../src/cli/commands/stop.js'
import { settingOf } from '../../../src/cli/arguments/load-cli-configuration.js'
import { valuesOf } from '../../../src/cli/arguments/parsed-values.js'
import { checkTarget, targetSettings } from '../../../src/cli/arguments/target-options.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { parse } from './parse.js'

const COMMANDS: readonly CliCommand[] = [
  runCommand,
  infoCommand,
  listCommand,
  stopCommand,
  cancelCommand,
  savepointCommand,
  checkpointCommand,
]
const NAMES = ['this-machine', '10.0.0.7', 'fd00::7']

/** Checks what a command line asks for, over a file with these lines. */
function check(command: CliCommand, line: string, file: Readonly<Record<string, string>> = {}): void {
  const parsed = parse(command, ...(line === '' ? [] : line.split(' ')))
  const configuration = new Configuration()
  for (const [key, value] of Object.entries(file)) configuration.setString(key, value, `flink-conf.yaml:${key}`)
  for (const { key, value, where } of [...targetSettings(parsed), ...valuesOf(parsed, 'D').map(settingOf)]) {
    configuration.setString(key, value, where)
  }
  checkTarget(configuration, () => NAMES)
}

const REFUSED: readonly (readonly [line: string, what: string, where: string])[] = [
  ['-t remote', 'remote', '-t remote'],
  ['--target yarn-session', 'yarn-session', '-t yarn-session'],
  ['-t yarn-per-job', 'yarn-per-job', '-t yarn-per-job'],
  ['-t kubernetes-session', 'kubernetes-session', '-t kubernetes-session'],
  ['-t kubernetes-application', 'kubernetes-application', '-t kubernetes-application'],
  ['-e remote', 'remote', '-e remote'],
  ['-e local -t remote', 'remote', '-t remote'],
  ['-Dexecution.target=remote', 'remote', '-Dexecution.target=remote'],
  ['-t local -Dexecution.target=remote', 'remote', '-Dexecution.target=remote'],
  ['-yD execution.target=remote', 'remote', '-yDexecution.target=remote'],
  ['-m yarn-cluster', 'yarn-cluster', '-m'],
  ['-m other:8081', 'other', '-m other:8081'],
  ['-m http://other:8081/flink', 'other', '-m http://other:8081/flink'],
  ['-m 10.0.0.8:8081', '10.0.0.8', '-m 10.0.0.8:8081'],
  ['-m [fd00::8]:8081', '[fd00::8]', '-m [fd00::8]:8081'],
  ['-m :8081', ':8081', '-m :8081'],
  ['-t local -m other:8081', 'other', '-m other:8081'],
  ['-D jobmanager.rpc.address=other', 'other', '-Djobmanager.rpc.address=other'],
  ['-D rest.address=other', 'other', '-Drest.address=other'],
]

describe('A command for another cluster', () => {
  for (const [line, what, where] of REFUSED) {
    it(`is refused by every action, with the option to leave out: ${line}`, () => {
      for (const command of COMMANDS) {
        assert.throws(
          () => check(command, line),
          ({ code, message }: Error & { code: string }) => {
            assert.match(code, /^(TARGET|MACHINE)_UNSUPPORTED$/)
            assert.ok(message.startsWith(`'${what}' `), message)
            assert.ok(message.includes(`(set by ${where})`), message)
            return true
          },
        )
      }
    })
  }

  for (const address of [
    'localhost',
    'other',
    'localhost:',
    'localhost:x',
    'https://this-machine',
    '[::1]',
    'h:70000',
    '',
    '/a:1',
  ]) {
    it(`is refused where its address has no port: "${address}"`, () => {
      for (const command of COMMANDS) {
        assert.throws(() => targetSettings(parse(command, `-m=${address}`)), {
          code: 'JOB_MANAGER_ADDRESS_INVALID',
          message: new RegExp(`^The given host:port \\('.*'\\) doesn't contain a valid port\nLeave -m out`),
        })
      }
    })
  }

  it('is refused where the file asks for it, with its place', () => {
    assert.throws(() => check(listCommand, '', { 'execution.target': 'kubernetes-session' }), {
      code: 'TARGET_UNSUPPORTED',
      details: { target: 'kubernetes-session', where: 'flink-conf.yaml:execution.target' },
    })
    assert.throws(() => check(runCommand, 'job.js', { 'jobmanager.rpc.address': 'jobmanager' }), {
      code: 'MACHINE_UNSUPPORTED',
      details: { host: 'jobmanager', where: 'flink-conf.yaml:jobmanager.rpc.address' },
    })
  })
})

describe('A command for this machine', () => {
  for (const line of [
    '',
    '-t local',
    '-t LOCAL',
    '-yid application_1',
    '-yjm 1024m -ytm 2048m -ys 2 -yqu default -yq -yt lib -yj flink.jar -ynm name -yat Flink -yz /flink -ynl label -yh',
    '-yD execution.target=remote -Dexecution.target=local',
    '-e local',
    '-e remote -t local',
    '-t remote -Dexecution.target=local',
    '-m localhost:41234',
    '-m LOCALHOST.:8081',
    '-m flink.localhost:8081',
    '-m 127.0.0.1:8081',
    '-m 127.1.2.3:8081',
    '-m [::1]:8081',
    '-m 0.0.0.0:8081',
    '-m http://localhost:8081/path',
    '-m https://this-machine:443',
    '-m http://[::1]:80',
    '-m This-Machine:8081',
    '-m 10.0.0.7:8081',
    '-m [fd00::7]:8081',
    '-m other:8081 -Drest.address=localhost',
  ]) {
    it(`goes on: ${line}`, () => {
      for (const command of COMMANDS) check(command, line)
    })
  }

  it('goes on with the file that Flink ships', () => {
    const shipped = {
      'jobmanager.rpc.address': 'localhost',
      'jobmanager.rpc.port': '6123',
      'jobmanager.bind-host': 'localhost',
      'taskmanager.host': 'localhost',
      'rest.address': 'localhost',
      'rest.bind-address': 'localhost',
    }
    check(runCommand, 'job.js', shipped)
    check(listCommand, '', { ...shipped, 'jobmanager.rpc.address': 'jobmanager' })
  })

  it('goes on where the command line takes back what the file says', () => {
    const file = { 'execution.target': 'remote', 'jobmanager.rpc.address': 'jobmanager' }
    check(runCommand, '-t local -m localhost:8081 job.js', file)
  })

  it('knows it by the name that the system gives', () => {
    checkTarget(new Configuration().setString('rest.address', hostname()))
  })
})
