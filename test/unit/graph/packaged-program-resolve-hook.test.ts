import assert from 'node:assert/strict'
import Module, { syncBuiltinESMExports } from 'node:module'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { carryEvaluationOn } from '../../../src/graph/packaged-program-evaluation-hooks.js'
import { selfResolution } from '../../../src/graph/packaged-program-resolution-hooks.js'
import type { ResolveContext, ResolvedModule } from '../../../src/graph/packaged-program-resolve-hook.js'
import { temporaryDirectory } from './temporary-directory.js'

type Next = (specifier: string, context: ResolveContext) => ResolvedModule
interface Hooks {
  resolve(specifier: string, context: ResolveContext, next: Next): ResolvedModule
}

const OWN = { packageName: 'flink-ts', parentUrl: 'file:///package/package.json' }

test('an import of the package counts as one of its own, others stay as they are', () => {
  const { importerOf, urlOf } = selfResolution(OWN)
  assert.equal(importerOf('flink-ts', 'file:///job.mjs'), OWN.parentUrl)
  assert.equal(importerOf('flink-ts/testing', undefined), OWN.parentUrl)
  assert.equal(importerOf('flink-ts-extra', 'file:///job.mjs'), 'file:///job.mjs')
  assert.equal(urlOf('file:///package/index.js', 'file:///job.mjs'), 'file:///package/index.js')
})

test("an evaluation's number goes on to the program's own modules alone", () => {
  const { importerOf, urlOf } = carryEvaluationOn({ engineRoot: 'file:///engine/' })
  const job = 'file:///job/main.mjs?evaluation=2'
  assert.equal(importerOf('./other.mjs', job), job)
  assert.equal(urlOf('file:///job/other.mjs', job), 'file:///job/other.mjs?evaluation=2')
  for (const same of [
    'node:fs',
    'file:///engine/index.js',
    'file:///job/node_modules/a/b.js',
    'file:///job/add.node',
  ]) {
    assert.equal(urlOf(same, job), same)
  }
  assert.equal(urlOf('file:///job/other.mjs', 'file:///job/main.mjs'), 'file:///job/other.mjs')
  assert.equal(urlOf('file:///job/main.mjs', undefined), 'file:///job/main.mjs')
})

// Node may wait for ever for a thread that it cannot start.
test('where Node runs hooks in the thread itself, no thread is started for any of them', async (context) => {
  const directory = await temporaryDirectory(context, { 'job.mjs': 'export const job = import.meta.url\n' })
  const jobUrl = pathToFileURL(`${directory}/job.mjs`).href
  const added: Hooks[] = []
  let threads = 0
  Reflect.set(Module, 'registerHooks', (hooks: Hooks) => added.push(hooks))
  Reflect.set(Module, 'register', () => (threads += 1))
  syncBuiltinESMExports()
  const { registerSelfResolution } = await import('../../../src/graph/packaged-program-resolution.js')
  const { importForEvaluation } = await import('../../../src/graph/packaged-program-evaluation.js')
  registerSelfResolution(jobUrl, 'file:///package/')
  const module = await importForEvaluation(jobUrl, 1)
  assert.ok(module !== null && typeof module === 'object' && 'job' in module)
  assert.equal(module.job, `${jobUrl}?evaluation=1`)
  assert.deepEqual([added.length, threads], [2, 0])

  const found: Next = (specifier, { parentURL }) => ({ url: `${parentURL ?? 'none'} ${specifier}` })
  assert.deepEqual(added[0]?.resolve('flink-ts', { parentURL: jobUrl }, found), { url: `${OWN.parentUrl} flink-ts` })
  const other = added[1]?.resolve('./b.mjs', { parentURL: `${jobUrl}?evaluation=1` }, () => ({ url: 'file:///b.mjs' }))
  assert.deepEqual(other, { url: 'file:///b.mjs?evaluation=1' })
})
