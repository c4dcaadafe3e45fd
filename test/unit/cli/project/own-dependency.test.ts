import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { ownDependency } from '../../../../src/cli/project/own-dependency.js'

describe('What a new project asks npm for', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'own-dependency-'))
  const modules = path.join(root, 'project/node_modules')
  mkdirSync(path.join(modules, 'flink-ts'), { recursive: true })
  writeFileSync(path.join(root, 'flink-ts-1.2.3.tgz'), '')

  after(() => {
    rmSync(root, { recursive: true })
  })

  function asked(directory: string): string {
    return ownDependency({ name: 'flink-ts', version: '1.2.3', directory }, path.join(root, 'project/jobs'))
  }

  function installedFrom(resolved: string): string {
    const packages = { 'node_modules/flink-ts': { version: '1.2.3', resolved } }
    writeFileSync(path.join(modules, '.package-lock.json'), JSON.stringify({ packages }))
    return asked(path.join(modules, 'flink-ts'))
  }

  it('is a checkout, where it is written from one', () => {
    assert.equal(asked(path.join(root, 'flink-ts')), 'file:../../flink-ts')
  })

  it('is the packed file from which the package was installed, while that is there', () => {
    assert.equal(installedFrom('file:../flink-ts-1.2.3.tgz'), 'file:../../flink-ts-1.2.3.tgz')
    assert.equal(installedFrom('file:../gone.tgz'), '^1.2.3')
  })

  it('is the version of what came from a registry, or by another program than npm', () => {
    assert.equal(installedFrom('https://registry.npmjs.org/flink-ts/-/flink-ts-1.2.3.tgz'), '^1.2.3')
    writeFileSync(path.join(modules, '.package-lock.json'), 'no JSON')
    assert.equal(asked(path.join(modules, 'flink-ts')), '^1.2.3')
  })
})
