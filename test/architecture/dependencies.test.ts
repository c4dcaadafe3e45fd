import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sourceFiles, textOf } from './repository.js'

interface Manifest {
  readonly '//': Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(textOf('package.json')) as Manifest
const EXACT = /^\d+\.\d+\.\d+$/

/** Names of these dependencies that no source imports and nobody explains, and explanations of others. */
function faultsIn({ '//': reasons, dependencies }: Manifest, sources: readonly string[]): string[] {
  const isImported = (name: string): boolean =>
    sources.some((text) =>
      new RegExp(`(?:from |import\\(|require\\()'${name.replaceAll('.', '\\.')}(?:/[^']*)?'`).test(text),
    )
  const names = Object.keys(dependencies)
  return [
    ...names
      .filter((name) => !isImported(name) && reasons[name] === undefined)
      .map((name) => `${name}: imported by none`),
    ...names.filter((name) => isImported(name) && reasons[name] !== undefined).map((name) => `${name}: it is imported`),
    ...Object.keys(reasons).flatMap((name) => (name in dependencies ? [] : [`${name}: there is none`])),
  ]
}

test('a dependency is imported by src, or a line of package.json says what it is there for', () => {
  assert.deepEqual(faultsIn(manifest, sourceFiles().map(textOf)), [])
})

test('a dependency without use, and a reason without need, are found', () => {
  const planted = { '//': { b: 'why', c: 'why', d: 'why' }, dependencies: { a: '1.0.0', b: '1.0.0', c: '1.0.0' } }
  assert.deepEqual(faultsIn(planted, ["import x from 'b/x'\n", "await import('ab')\n"]), [
    'a: imported by none',
    'b: it is imported',
    'd: there is none',
  ])
})

test('dependencies are pinned', () => {
  const loose = Object.entries(manifest.dependencies).filter(([, version]) => !EXACT.test(version))
  assert.deepEqual(loose, [])
})

test('the light-my-request that is pinned is the one that fastify loads', () => {
  const pinned = fileURLToPath(import.meta.resolve('light-my-request'))
  assert.equal(createRequire(import.meta.resolve('fastify')).resolve('light-my-request'), pinned)
})
