import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ExecutionConfig } from '../../../src/api/environment/execution-config.js'
import { Configuration } from '../../../src/core/config/configuration.js'

describe('ExecutionConfig', () => {
  it('switches object reuse, off by default, in the configuration of the job', () => {
    const configuration = new Configuration()
    const config = new ExecutionConfig(configuration)
    assert.equal(config.isObjectReuseEnabled(), false)
    assert.equal(config.enableObjectReuse().isObjectReuseEnabled(), true)
    assert.equal(configuration.toMap()['pipeline.object-reuse'], 'true')
    assert.equal(config.disableObjectReuse().isObjectReuseEnabled(), false)
    assert.equal(configuration.toMap()['pipeline.object-reuse'], 'false')
  })
})
