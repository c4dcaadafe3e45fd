import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packageNameOf, projectFiles } from '../../../../src/cli/project/project-files.js'

test('a project has a name that npm takes, whatever its directory is called', () => {
  const names = ['Word Count', '.hidden', 'a/b', '名前', 'node_modules', 'fine-1.0_x', '--x--']
  const made = ['word-count', 'hidden', 'a-b', 'flink-ts-job', 'flink-ts-job', 'fine-1.0_x', 'x']
  assert.deepEqual(names.map(packageNameOf), made)
})

test('a project asks for flink-ts as it is told to', () => {
  const { 'package.json': text = '' } = projectFiles({ name: 'jobs', dependency: '^1.2.3' })
  const manifest = JSON.parse(text) as { name: string; dependencies: Record<string, string> }
  assert.deepEqual([manifest.name, manifest.dependencies['flink-ts']], ['jobs', '^1.2.3'])
})
