import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withWeb } from '../../../src/cli/job/web-request.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import type { ParsedOptions } from '../../../src/cli/arguments/parsed-values.js'
import { parse } from './parse.js'

const CONFIGURED = {
  'rest.port': '9000',
  'rest.address': 'localhost',
  'rest.authentication.token-file': '/token',
  'security.ssl.rest.enabled': 'true',
  'security.ssl.keystore-password': 'secret',
  'security.ssl.internal.key-password': 'secret',
  'security.ssl.rest.truststore-password': 'secret',
  'parallelism.default': '3',
}

function served(...args: string[]): ReturnType<typeof withWeb> {
  const configuration = Configuration.fromMap(CONFIGURED, 'flink-conf.yaml')
  const request = { jobFile: '/job.js', entry: undefined, args: [], configuration: configuration.toEntries() }
  return withWeb(request, parse(runCommand, ...args), configuration)
}

function textOf(entries: Parameters<typeof Configuration.fromEntries>[0] = {}): Record<string, string> {
  return Configuration.fromEntries(entries).toMap()
}

function operandsOf(...args: string[]): ParsedOptions['operands'] {
  return parse(runCommand, ...args).operands
}

describe('--web', () => {
  it('takes the word after it for a port only where it looks like one', () => {
    assert.deepEqual(operandsOf('--web', 'job.js', '1'), ['job.js', '1'])
    assert.deepEqual(operandsOf('--web', '8082', 'job.js', '1'), ['job.js', '1'])
    assert.deepEqual(operandsOf('--web', '8081-8090,9000', 'job.js'), ['job.js'])
    assert.deepEqual(operandsOf('--web', '-d', 'job.js'), ['job.js'])
    assert.deepEqual(operandsOf('--web=8082', 'job.js'), ['job.js'])
    assert.deepEqual(operandsOf('--web', './8082'), ['./8082'])
  })

  it('makes the port of the line that of the process, before all others', () => {
    assert.equal(textOf(served('--web', '0', 'job.js').web?.configuration)['rest.bind-port'], '0')
    assert.equal(textOf(served('--web=1-2', 'job.js').web?.configuration)['rest.bind-port'], '1-2')
    assert.equal(textOf(served('--web', 'job.js').web?.configuration)['rest.bind-port'], undefined)
  })

  it('takes what is of the process out of what the job has', () => {
    const { configuration, web } = served('--web', 'job.js')
    assert.deepEqual(textOf(configuration), { 'rest.address': 'localhost', 'parallelism.default': '3' })
    assert.deepEqual(textOf(web?.configuration), {
      ...{ 'rest.port': '9000', 'rest.address': 'localhost', 'rest.authentication.token-file': '/token' },
      ...{ 'security.ssl.rest.enabled': 'true', 'security.ssl.keystore-password': 'secret' },
    })
  })

  it('is not there unless it is given, and what is of TLS is no business of the job then either', () => {
    const { configuration, web } = served('job.js')
    assert.equal(web, undefined)
    assert.deepEqual(Object.keys(textOf(configuration)).sort(), [
      ...['parallelism.default', 'rest.address', 'rest.authentication.token-file', 'rest.port'],
    ])
  })
})
