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
import { has, valuesOf } from '../../../src/cli/arguments/parsed-values.js'
import { targetOf, targetSettings, type Target } from '../../../src/cli/arguments/target-options.js'
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

/** What a command line asks for, over a file with these lines. */
function configurationOf(
  command: CliCommand,
  line: string,
  file: Readonly<Record<string, string>> = {},
): Configuration {
  const parsed = parse(command, ...(line === '' ? [] : line.split(' ')))
  const configuration = new Configuration()
  for (const [key, value] of Object.entries(file)) configuration.setString(key, value, `flink-conf.yaml:${key}`)
  for (const { key, value, where } of [...targetSettings(parsed), ...valuesOf(parsed, 'D').map(settingOf)]) {
    configuration.setString(key, value, where)
  }
  return configuration
}

function target(command: CliCommand, line: string, file: Readonly<Record<string, string>> = {}): Target {
  const isAddressGiven = has(parse(command, ...(line === '' ? [] : line.split(' '))), 'jobmanager')
  return targetOf(configurationOf(command, line, file), { isAddressGiven, names: () => NAMES })
}

const REFUSED: readonly (readonly [line: string, what: string, where: string])[] = [
  ['--target yarn-session', 'yarn-session', '-t yarn-session'],
  ['-t yarn-per-job', 'yarn-per-job', '-t yarn-per-job'],
  ['-t kubernetes-session', 'kubernetes-session', '-t kubernetes-session'],
  ['-t kubernetes-application', 'kubernetes-application', '-t kubernetes-application'],
  ['-e local -t yarn-session', 'yarn-session', '-t yarn-session'],
  ['-Dexecution.target=yarn-session', 'yarn-session', '-Dexecution.target=yarn-session'],
  ['-t local -Dexecution.target=yarn-session', 'yarn-session', '-Dexecution.target=yarn-session'],
  ['-yD execution.target=yarn-session', 'yarn-session', '-yDexecution.target=yarn-session'],
  ['-m yarn-cluster', 'yarn-cluster', '-m'],
  ['-t local -m other:8081', 'other', '-m other:8081'],
]

/** Whose session a command asks, with what made it so. */
const SESSIONS: readonly (readonly [line: string, where: string, rest: Partial<Target & { kind: 'session' }>])[] = [
  ['-t remote', '-t remote', { isLocal: true, isCertain: true }],
  ['-e remote', '-e remote', { isLocal: true, isCertain: true }],
  ['-Dexecution.target=REMOTE', '-Dexecution.target=REMOTE', { isLocal: true, isCertain: true }],
  ['-t remote -m localhost:8081', '-t remote', { isLocal: true, isCertain: true }],
  ['-t remote -m other:8081', '-t remote', { isLocal: false, isCertain: true }],
  ['-m other:8081', '-m other:8081', { isLocal: false, isCertain: true }],
  ['-m http://other:8081/flink', '-m http://other:8081/flink', { isLocal: false, isCertain: true }],
  ['-m 10.0.0.8:8081', '-m 10.0.0.8:8081', { isLocal: false, isCertain: true }],
  ['-m [fd00::8]:8081', '-m [fd00::8]:8081', { isLocal: false, isCertain: true }],
  ['-D jobmanager.rpc.address=other', '-Djobmanager.rpc.address=other', { isLocal: false, isCertain: true }],
  ['-D rest.address=other', '-Drest.address=other', { isLocal: false, isCertain: true }],
  ['-m localhost:8081', '-m localhost:8081', { isLocal: true, isCertain: false }],
  ['-m This-Machine:8081', '-m This-Machine:8081', { isLocal: true, isCertain: false }],
]

describe('A command for a session', () => {
  for (const [line, where, rest] of SESSIONS) {
    it(`is for the one that its line names: ${line}`, () => {
      for (const command of COMMANDS) assert.deepEqual(target(command, line), { kind: 'session', where, ...rest })
    })
  }

  it('is for the one that the file names', () => {
    assert.deepEqual(target(runCommand, 'job.js', { 'jobmanager.rpc.address': 'jobmanager' }), {
      ...{ kind: 'session', where: 'flink-conf.yaml:jobmanager.rpc.address', isLocal: false, isCertain: true },
    })
    assert.deepEqual(target(runCommand, 'job.js', { 'execution.target': 'remote', 'rest.address': 'localhost' }), {
      ...{ kind: 'session', where: 'flink-conf.yaml:execution.target', isLocal: true, isCertain: true },
    })
  })

  it('has its port, path and TLS of a URL, and only its port of an address', () => {
    const url = configurationOf(listCommand, '-m https://other:8443/flink', { 'security.ssl.rest.enabled': 'false' })
    const settings = ['rest.address', 'rest.port', 'rest.path', 'security.ssl.rest.enabled']
    assert.deepEqual(
      settings.map((key) => url.getString(key)),
      ['other', '8443', '/flink', 'true'],
    )
    const address = configurationOf(listCommand, '-m other:1', {
      'security.ssl.rest.enabled': 'true',
      'rest.path': '/p',
    })
    assert.deepEqual(
      settings.map((key) => address.getString(key)),
      ['other', '1', '/p', 'true'],
    )
    assert.equal(configurationOf(listCommand, '-m other:1 -D rest.port=2').getString('rest.port'), '2')
  })
})

describe('A command for another cluster', () => {
  for (const [line, what, where] of REFUSED) {
    it(`is refused by every action, with the option to leave out: ${line}`, () => {
      for (const command of COMMANDS) {
        assert.throws(
          () => target(command, line),
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
          message: new RegExp(`^The given host:port \\('.*'\\) doesn't contain a valid port\nWrite the address`),
        })
      }
    })
  }

  it('is refused where the file asks for it, with its place', () => {
    assert.throws(() => target(listCommand, '', { 'execution.target': 'kubernetes-session' }), {
      code: 'TARGET_UNSUPPORTED',
      details: { target: 'kubernetes-session', where: 'flink-conf.yaml:execution.target' },
    })
    assert.throws(() => target(runCommand, '-t local job.js', { 'jobmanager.rpc.address': 'jobmanager' }), {
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
    '-t local -m localhost:8081',
  ]) {
    it(`goes on: ${line}`, () => {
      for (const command of COMMANDS) assert.deepEqual(target(command, line), { kind: 'machine' })
    })
  }

  for (const address of [
    'localhost:41234',
    'LOCALHOST.:8081',
    'flink.localhost:8081',
    '127.0.0.1:8081',
    '127.1.2.3:8081',
    '[::1]:8081',
    '0.0.0.0:8081',
    'http://localhost:8081/path',
    'https://this-machine:443',
    'http://[::1]:80',
    'This-Machine:8081',
    '10.0.0.7:8081',
    '[fd00::7]:8081',
    'other:8081 -Drest.address=localhost',
  ]) {
    it(`is what -m leads to where no session answers there: ${address}`, () => {
      for (const command of COMMANDS) {
        const found = target(command, `-m ${address}`)
        assert.ok(found.kind === 'session' && found.isLocal && !found.isCertain)
      }
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
    assert.deepEqual(target(runCommand, 'job.js', shipped), { kind: 'machine' })
    assert.deepEqual(target(listCommand, '', { ...shipped, 'jobmanager.rpc.address': 'jobmanager' }), {
      kind: 'machine',
    })
  })

  it('goes on where the command line takes back what the file says', () => {
    const file = { 'execution.target': 'remote', 'jobmanager.rpc.address': 'jobmanager' }
    assert.deepEqual(target(runCommand, '-t local -m localhost:8081 job.js', file), { kind: 'machine' })
  })

  it('knows it by the name that the system gives', () => {
    const configuration = new Configuration().setString('rest.address', hostname())
    assert.deepEqual(targetOf(configuration, { isAddressGiven: false }), { kind: 'machine' })
  })
})
