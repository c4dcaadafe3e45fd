import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { loadOtel, OTEL_PACKAGES } from '../../../src/reporters/load-otel.js'
import { REPOSITORY } from '../../e2e/command-line.js'

describe('The packages of OpenTelemetry', () => {
  it('are loaded where they are installed', async () => {
    assert.equal(typeof (await loadOtel('otel')).OTLPMetricExporter, 'function')
  })

  it('are named with the command that installs them where they are not', async () => {
    const missing = Object.assign(new Error("Cannot find package '@opentelemetry/resources'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await assert.rejects(
      loadOtel('otel', () => Promise.reject(missing)),
      (error) => {
        assert.ok(FlinkError.is(error) && error.code === 'METRIC_REPORTER_UNAVAILABLE')
        assert.match(error.message, /'otel' .* they are not installed\. Run npm install @opentelemetry\/api@/)
        return true
      },
    )
    await assert.rejects(
      loadOtel('otel', () => Promise.reject(new Error('Unexpected token.\nat x'))),
      /cannot be loaded: Unexpected token\. Run/,
    )
  })

  it('are those that the tests run with, in a range that package.json allows', () => {
    const { devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(`${REPOSITORY}/package.json`, 'utf8'),
    ) as Record<string, Record<string, unknown>>
    const named = Object.fromEntries(
      OTEL_PACKAGES.map((each) => [each.replace(/@[\d.]+$/, ''), /[\d.]+$/.exec(each)?.[0]]),
    )
    for (const [name, version] of Object.entries(named)) {
      assert.equal(devDependencies?.[name], version)
      assert.ok(peerDependencies?.[name] !== undefined, name)
      assert.deepEqual(peerDependenciesMeta?.[name], { optional: true })
    }
  })
})
